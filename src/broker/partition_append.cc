// Appends: validation, the one write under the lock, and who is answered when.
#include "base/text.h"
#include "base/try.h"
#include "broker/fetch.h"
#include "broker/partition.h"
#include "storage/partition_log.h"

namespace millrace::broker {
namespace {

constexpr int16_t kAcksAll = -1;

ProduceOutcome refused(const record::ValidationFailure& failure) {
  return {
      .error = failure.code, .message = failure.message, .record_errors = failure.record_errors};
}

ErrorCode code_of(const Error& error) {
  return error.kafka_code().value_or(ErrorCode::kafka_storage_error);
}

// Whether Kafka answers the log start too, from which a producer learns that its records were
// deleted. These errors it expects of every log, and then says nothing more.
bool tells_log_start(ErrorCode code) {
  switch (code) {
    case ErrorCode::corrupt_message:
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::unknown_topic_id: return false;
    default: return true;
  }
}

}  // namespace

record::ValidationOptions Partition::validation_options(const ProduceSpec& spec,
                                                        const TopicConfig& config) const {
  return {.now_ms = clock_.wall_ms(),
          .timestamp_type = config.log_append_time ? record::TimestampType::log_append_time
                                                   : record::TimestampType::create_time,
          .timestamp_before_max_ms = config.timestamp_before_max_ms,
          .timestamp_after_max_ms = config.timestamp_after_max_ms,
          .is_compacted = config.compacted,
          .batch_size_max = config.message_bytes_max,
          .compression = config.compression,
          .allow_zstd = spec.zstd_allowed,
          .trust_compressed_header = !config.validate_compressed,
          .topic_partition = name_};
}

void Partition::append(const ProduceSpec& spec, ProduceCallback callback) {
  const auto config = this->config();
  // The costly part (CRC, records) happens before the lock.
  const auto checked = record::validate_batch(spec.records, validation_options(spec, *config));
  if (const auto* failure = std::get_if<record::ValidationFailure>(&checked)) {
    ProduceOutcome outcome = refused(*failure);
    if (!failure->is_in_request && tells_log_start(failure->code)) {
      outcome.log_start_offset = log_start_offset();
    }
    callback(std::move(outcome));
    return;
  }
  const auto& batch = std::get<record::ValidatedBatch>(checked);

  // Where the answer must wait, write() takes it, and the outcome with it is completed in place.
  auto outcome = std::make_shared<ProduceOutcome>();
  outcome->log_append_time_ms = batch.log_append_time_ms;
  std::function<void(ErrorCode)> answer = [callback = std::move(callback),
                                           outcome](ErrorCode code) {
    if (code == ErrorCode::none) return callback(std::move(*outcome));
    callback({.error = code,
              .message = std::move(outcome->message),
              .log_start_offset = outcome->log_start_offset});
  };
  ErrorCode code = ErrorCode::none;
  Afterwards afterwards;
  {
    const MutexLock lock(mutex_);
    const auto written = write({.batches = batch.bytes(), .acks = spec.acks, .guard = spec.guard},
                               answer, afterwards);
    if (written) {
      outcome->base_offset = written->base_offset;
      outcome->log_start_offset = written->log_start_offset;
      // As Kafka: a retry is told the time that its first attempt carried.
      if (written->duplicate) outcome->log_append_time_ms = batch.max_timestamp;
    } else {
      code = code_of(written.error());
      if (tells_log_start(code)) outcome->log_start_offset = log_->log_start_offset();
      outcome->message = written.error().message();
    }
  }
  if (answer) answer(code);
  finish(std::move(afterwards));
}

void Partition::append_internal(Bytes batches, InternalAppendCallback callback,
                                InternalAppend options) {
  auto base_offset = std::make_shared<Offset>();
  std::function<void(ErrorCode)> answer = [callback = std::move(callback), base_offset,
                                           self = shared_from_this()](ErrorCode code) {
    if (code == ErrorCode::none) return callback(*base_offset);
    callback(kafka_error(code, cat(self->name_, " did not take internal records")));
  };
  ErrorCode code = ErrorCode::none;
  Afterwards afterwards;
  {
    const MutexLock lock(mutex_);
    const auto written = write({.batches = batches,
                                .internal = true,
                                .acks = kAcksAll,
                                .guard = options.guard,
                                .marker_epoch = options.marker_epoch},
                               answer, afterwards);
    if (written) *base_offset = written->base_offset;
    if (!written) code = code_of(written.error());
  }
  if (answer) answer(code);
  finish(std::move(afterwards));
}

Result<storage::AppendedInfo> Partition::write(const Write& write,
                                               std::function<void(ErrorCode)>& answer,
                                               Afterwards& afterwards) {
  if (const ErrorCode code = unusable(); code != ErrorCode::none) {
    return kafka_error(code, cat(name_, " is not available"));
  }
  auto written = log_->append(
      {.batches = write.batches,
       .origin = write.internal ? storage::AppendOrigin::internal : storage::AppendOrigin::client,
       .now_ms = clock_.wall_ms(),
       .guard = write.guard,
       .marker_epoch = write.marker_epoch});
  if (!written) {
    if (offline()) fail_waiting(ErrorCode::kafka_storage_error, afterwards);
    return written;
  }
  if (must_wait(*written, write.acks)) {
    waiting_.push_back({.end = written->last_offset + 1,
                        .holds_high_watermark = write.acks == kAcksAll && !written->duplicate,
                        .base = written->base_offset,
                        .bytes_before = appended_bytes_,
                        .answer = std::move(answer)});
    answer = nullptr;
  }
  if (written->began_transaction) {
    bytes_before_transaction_.emplace(written->base_offset, appended_bytes_);
  }
  if (!written->duplicate) {
    const auto bytes = static_cast<int64_t>(write.batches.size());
    appended_bytes_ += bytes;
    traffic_.bytes_in.add(bytes);
    traffic_.records_in.add(written->last_offset - written->base_offset + 1);
  }
  advance_high_watermark(afterwards);
  publish();
  plan_sync(afterwards);
  return written;
}

bool Partition::must_wait(const storage::AppendedInfo& appended, int16_t acks) const {
  const Offset synced = log_->synced_offset();
  // A retry is as durable as its first attempt.
  if (appended.last_offset < synced || config_->durability == Durability::memory) return false;
  if (acks == kAcksAll && config_->durability == Durability::disk) return true;
  return log_->log_end_offset() - synced >= config_->flush_messages;
}

void Partition::advance_high_watermark(Afterwards& afterwards) {
  Offset next = log_->log_end_offset();
  int64_t readable = appended_bytes_;
  for (const Waiting& waiting : waiting_) {
    if (!waiting.holds_high_watermark) continue;
    next = waiting.base;
    readable = waiting.bytes_before;
    break;
  }
  if (next <= high_watermark()) return;
  high_watermark_ = next.value();
  audience(Isolation::read_uncommitted).reach(readable, afterwards.woken);
  advance_last_stable_offset(afterwards);
}

void Partition::advance_last_stable_offset(Afterwards& afterwards) {
  const Offset stable = log_->last_stable_offset(high_watermark());
  if (stable <= last_stable_offset()) return;
  last_stable_offset_ = stable.value();
  auto& before = bytes_before_transaction_;
  before.erase(before.begin(), before.lower_bound(stable));
  Audience& committed = audience(Isolation::read_committed);
  int64_t readable = audience(Isolation::read_uncommitted).readable_bytes;
  if (stable < high_watermark()) {
    // Not counted are a transaction that was open when the partition was opened, and a start of the
    // log inside of one.
    const bool is_counted = !before.empty() && before.begin()->first == stable;
    readable = is_counted ? before.begin()->second : committed.readable_bytes.load();
  }
  committed.reach(readable, afterwards.woken);
}

void Partition::publish() {
  // A retired partition's files, and its place among what is published, are somebody else's.
  if (retired_ != ErrorCode::none) return;
  log_->publish_readable(
      {.high_watermark = high_watermark(), .last_stable_offset = last_stable_offset()});
}

void Partition::Audience::reach(int64_t bytes, Woken& woken) {
  const int64_t more = bytes - readable_bytes;
  readable_bytes = bytes;
  std::erase_if(waiters, [&](const std::shared_ptr<FetchWaiter>& waiter) {
    if (!waiter->add_bytes(more)) return false;
    woken.push_back(waiter);
    return true;
  });
}

Result<VerificationGuard> Partition::verification_guard(ProducerId producer_id, int16_t epoch,
                                                        int32_t first_sequence,
                                                        FirstSequence unknown_producer) {
  if (!log_) return VerificationGuard(0);  // the append tells that there is no log
  return log_->verification_guard(producer_id, epoch, first_sequence, unknown_producer);
}

}  // namespace millrace::broker
