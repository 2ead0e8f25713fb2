// Reads, waiters for data, and lookups by time and epoch.
#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "broker/fetch.h"
#include "broker/partition.h"
#include "storage/partition_log.h"
#include "storage/transaction_index.h"

namespace millrace::broker {
namespace {

/// Whatever storage could not read is a storage error to a client.
Error as_kafka(Error error) {
  if (error.kafka_code()) return error;
  return kafka_error(ErrorCode::kafka_storage_error, error.to_string());
}

ListedOffset listed(const std::optional<storage::TimestampOffset>& found) {
  if (!found) return {};
  return {
      .timestamp = found->timestamp, .offset = found->offset, .leader_epoch = found->leader_epoch};
}

}  // namespace

Result<PartitionData> Partition::read(const ReadSpec& spec) const {
  PartitionData data;
  MILL_CHECK(check_usable());
  // The stamp first: what comes in between may wake a waiter early, but is never missed. The stable
  // offset before the high watermark, which it never passes.
  data.readable_stamp = readable_bytes(spec.isolation);
  data.last_stable_offset = last_stable_offset();
  data.high_watermark = high_watermark();
  MILL_CHECK(check_epoch(spec.current_leader_epoch));
  data.log_start_offset = log_->log_start_offset();
  if (spec.last_fetched_epoch != kNoLeaderEpoch) {
    MILL_TRY(data.diverging_epoch, diverging_epoch(spec));
    if (data.diverging_epoch) return data;
  }
  if (spec.from < data.log_start_offset || spec.from > log_->log_end_offset()) {
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat("offset ", spec.from, " of ", name_, " is not between ",
                           data.log_start_offset, " and ", log_->log_end_offset()));
  }
  const Offset up_to =
      spec.isolation == Isolation::read_committed ? data.last_stable_offset : data.high_watermark;
  if (spec.from >= up_to || (spec.bytes_max <= 0 && !spec.at_least_one)) return data;
  auto found = log_->read(
      spec.from, {.bytes_max = spec.bytes_max, .up_to = up_to, .at_least_one = spec.at_least_one});
  if (!found) return as_kafka(std::move(found).error());
  data.records = std::move(found->chunks);
  data.bytes = found->size;
  if (spec.isolation == Isolation::read_committed && data.bytes > 0) {
    auto aborted = log_->aborted_transactions(spec.from, found->bound);
    if (!aborted) return as_kafka(std::move(aborted).error());
    for (const storage::AbortedTransaction& transaction : *aborted) {
      data.aborted_transactions.push_back(
          {.producer_id = transaction.producer_id, .first_offset = transaction.first_offset});
    }
  }
  return data;
}

Result<std::optional<EpochEnd>> Partition::diverging_epoch(const ReadSpec& spec) const {
  MILL_TRY(const EpochEnd end, epoch_end_offset(spec.last_fetched_epoch, kNoLeaderEpoch));
  if (end.epoch == kNoLeaderEpoch || end.end_offset == Offset(-1) ||
      spec.from < log_->log_start_offset()) {
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat("offset ", spec.from, " of ", name_, " after epoch ",
                           spec.last_fetched_epoch, " was never here"));
  }
  if (end.epoch < spec.last_fetched_epoch || end.end_offset < spec.from) {
    return std::optional(end);
  }
  return std::optional<EpochEnd>();
}

void Partition::add_waiter(const std::shared_ptr<FetchWaiter>& waiter, Isolation isolation,
                           int64_t readable_stamp) {
  bool wake = false;
  {
    const MutexLock lock(mutex_);
    if (unusable() != ErrorCode::none) {
      wake = waiter->finish();
    } else {
      Audience& audience = this->audience(isolation);
      const int64_t more = audience.readable_bytes - readable_stamp;
      wake = more > 0 && waiter->add_bytes(more);
      if (!wake) audience.waiters.push_back(waiter);
    }
  }
  if (wake) waiter->wake();
}

void Partition::remove_waiter(const FetchWaiter& waiter) {
  const MutexLock lock(mutex_);
  for (Audience& audience : audiences_) {
    const auto found =
        std::ranges::find(audience.waiters, &waiter, &std::shared_ptr<FetchWaiter>::get);
    if (found == audience.waiters.end()) continue;
    std::swap(*found, audience.waiters.back());
    audience.waiters.pop_back();
    return;
  }
}

Result<ListedOffset> Partition::list_offset(int64_t timestamp, Isolation isolation,
                                            LeaderEpoch current_leader_epoch) const {
  MILL_CHECK(check_usable());
  MILL_CHECK(check_epoch(current_leader_epoch));
  const Offset end =
      isolation == Isolation::read_committed ? last_stable_offset() : high_watermark();
  switch (timestamp) {
    case kLatestTimestamp: return ListedOffset{.offset = end, .leader_epoch = leader_epoch()};
    case kEarliestTimestamp:
    case kEarliestLocalTimestamp: {
      const Offset start = log_start_offset();
      return ListedOffset{.offset = start,
                          .leader_epoch = log_->epoch_of(start).value_or(leader_epoch())};
    }
    case kMaxTimestamp: {
      auto found = log_->max_timestamp();
      if (!found) return as_kafka(std::move(found).error());
      if (*found && (*found)->offset >= end) return ListedOffset{};
      return listed(*found);
    }
    // Nothing is ever tiered.
    case kLatestTieredTimestamp:
    case kEarliestPendingUploadTimestamp: return ListedOffset{};
    default: {
      auto found = log_->offset_for_timestamp(timestamp, end);
      if (!found) return as_kafka(std::move(found).error());
      return listed(*found);
    }
  }
}

Result<EpochEnd> Partition::epoch_end_offset(LeaderEpoch requested,
                                             LeaderEpoch current_leader_epoch) const {
  MILL_CHECK(check_usable());
  MILL_CHECK(check_epoch(current_leader_epoch));
  if (requested == kNoLeaderEpoch) return EpochEnd();
  if (requested == leader_epoch()) {
    return EpochEnd{.epoch = requested, .end_offset = log_end_offset()};
  }
  const auto end = log_->epoch_end_offset(requested);
  return EpochEnd{.epoch = end.epoch, .end_offset = end.end_offset};
}

}  // namespace millrace::broker
