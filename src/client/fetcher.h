// Fetcher: reads partitions from positions onwards.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/cluster.h"
#include "client/offsets.h"
#include "record/record_reader.h"

namespace millrace::client {

/// Record batches of one partition as the broker sent them.
struct FetchedBatches {
  TopicPartition partition;
  /// The first offset that was asked for; records below come along in its batch.
  int64_t from = 0;
  int64_t high_watermark = 0;
  SharedBytes bytes;
};

/// Calls `fn(const record::RecordView&)` for each record at or above `fetched.from`, until it
/// answers false. Answers the offset to read next. Checksums are checked; control batches are
/// skipped. A batch that the end of the answer cuts off is left for the next one.
template <class Fn>
Result<int64_t> for_each_record(const FetchedBatches& fetched, Fn&& fn);

/// One thread, blocking. A position moves only by `seek`: whoever has used the records says so.
class Fetcher {
 public:
  struct Options {
    int32_t partition_bytes_max = 1 << 20;
    int32_t bytes_max = 16 << 20;
    /// Where to go on (kEarliest, kLatest) from an offset that is not there any more; nothing makes
    /// that an error.
    std::optional<int64_t> reset = std::nullopt;
  };
  Fetcher(Cluster& cluster, Options options) : cluster_(cluster), options_(options) {}

  /// Reads these from now on, and nothing else.
  void assign(PartitionOffsets positions) { positions_ = std::move(positions); }
  const PartitionOffsets& positions() const { return positions_; }
  void seek(const TopicPartition& partition, int64_t offset) { positions_[partition] = offset; }

  /// What is there, or comes within `wait`; empty where nothing does, and after a failure that may
  /// pass (leaders move, connections break) as long as it does not last longer than the cluster's
  /// timeout.
  Result<std::vector<FetchedBatches>> poll(Milliseconds wait);

 private:
  Result<std::vector<FetchedBatches>> fetch(Milliseconds wait, CallLimits limits);
  Result<void> reset(const TopicPartition& partition, const Error& why, CallLimits limits);

  Cluster& cluster_;
  const Options options_;
  PartitionOffsets positions_;
  std::optional<SteadyTime> failing_since_;
};

namespace detail {
/// The next whole batch with a record at or above `from`, taken off the front of `rest`; nothing at
/// the end.
Result<std::optional<record::BatchView>> next_batch(const FetchedBatches& fetched, ByteView& rest);
}  // namespace detail

template <class Fn>
Result<int64_t> for_each_record(const FetchedBatches& fetched, Fn&& fn) {
  int64_t next = fetched.from;
  ByteView rest = fetched.bytes.view();
  for (;;) {
    MILL_TRY(const auto batch, detail::next_batch(fetched, rest));
    if (!batch) return next;
    bool go_on = true;
    if (!batch->is_control()) {
      MILL_CHECK(record::for_each_record(*batch, [&](const record::RecordView& record) {
        if (record.offset.value() < next) return true;
        go_on = fn(record);
        next = record.offset.value() + 1;
        return go_on;
      }));
    }
    if (!go_on) return next;
    next = batch->next_offset().value();
  }
}

}  // namespace millrace::client
