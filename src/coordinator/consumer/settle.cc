// A change of a group of the consumer protocol: written first, then made. What would change the
// group meanwhile waits, so that each change sees all before it and a failed one leaves no trace.
#include <utility>

#include "base/log.h"
#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

void Core::add_consumer_record(record::BatchBuilder& batch, const Group& group,
                               const ConsumerRecord& record) const {
  const Bytes key = encode_key(group.id(), record);
  const auto value = encode_value(record);
  batch.add({.timestamp = now_ms(),
             .key = key,
             .value = value ? std::optional<ByteView>(*value) : std::nullopt});
}

void Core::write_change(Locked& at, const ConsumerChange& change, ChangeDone done) {
  if (change.records().empty()) return done(at, ErrorCode::none);
  auto batch = new_batch();
  write_change(at, batch, change, std::move(done));
}

void Core::write_change(Locked& at, record::BatchBuilder& batch, const ConsumerChange& change,
                        ChangeDone done) {
  for (const ConsumerRecord& record : change.records()) {
    add_consumer_record(batch, at.group, record);
  }
  at.consumer.is_changing = true;
  append(at, batch, {},
         [this, records = change.records(), done = std::move(done)](
             Locked& later, const Result<Offset>& appended) {
           later.consumer.is_changing = false;
           if (appended) {
             for (const ConsumerRecord& record : records) later.consumer.state->group.apply(record);
             update_member_timers(later, records);
             done(later, ErrorCode::none);
           } else {
             log::warn("a change of group ", later.group.id(),
                       " was not stored: ", appended.error().to_string());
             done(later, append_error(appended.error()));
           }
           run_waiting(later);
         });
}

void Core::run_waiting(Locked& at) {
  while (!at.consumer.is_changing && !at.consumer.waiting.empty()) {
    const auto work = std::move(at.consumer.waiting.front());
    at.consumer.waiting.pop_front();
    work(at);
  }
}

}  // namespace millrace::coordinator
