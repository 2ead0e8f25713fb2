#include "client/producer/delivery_state.h"

#include <utility>

#include "base/try.h"
#include "client/error.h"
#include "client/producer/sender.h"

namespace millrace::client {

DeliveryState::DeliveryState(Error refusal) : error_(std::move(refusal)) { decided_.set(); }

int32_t DeliveryState::add(int64_t timestamp_ms) {
  timestamps_.push_back(timestamp_ms);
  return static_cast<int32_t>(timestamps_.size()) - 1;
}

void DeliveryState::succeed(Written written) {
  written_ = written;
  decided_.set();
}

void DeliveryState::fail(Error error) {
  error_ = std::move(error);
  decided_.set();
}

Result<RecordMetadata> DeliveryState::outcome(int32_t index) const {
  if (error_) return *error_;
  RecordMetadata metadata{.partition = partition_};
  place(index, metadata);
  return metadata;
}

void DeliveryState::place(int32_t index, RecordMetadata& metadata) const {
  if (written_.base_offset < 0) return;
  metadata.offset = written_.base_offset + index;
  metadata.timestamp_ms = written_.log_append_time_ms >= 0
                              ? written_.log_append_time_ms
                              : timestamps_.at(static_cast<size_t>(index));
}

Result<bool> DeliveryState::wait(milliseconds limit) {
  if (!home_.is_this()) {
    return client_error(ClientErrc::closed, "the record was sent by the parent of this process");
  }
  if (is_decided()) return true;
  const auto sender = sender_.lock();
  // A sender decides everything before it goes.
  if (!sender) return true;
  Driver& driver = sender->driver();
  if (driver.inside()) {
    return client_error(ClientErrc::wrong_state, "a delivery callback cannot wait for a delivery");
  }
  const SteadyTime deadline = driver.deadline_in(limit);
  if (hurry()) sender->wake();
  return driver.wait(decided_, deadline);
}

}  // namespace millrace::client

namespace millrace {

Result<RecordMetadata> Delivery::get() const { return get_within(milliseconds::max()); }

Result<RecordMetadata> Delivery::get_within(milliseconds limit) const {
  MILL_TRY(const bool is_decided, state_->wait(limit));
  if (is_decided) return state_->outcome(index_);
  return client::client_error(ClientErrc::timed_out, "the record's outcome is not known yet");
}

bool Delivery::ready() const { return state_->is_decided(); }

}  // namespace millrace
