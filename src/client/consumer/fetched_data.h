// FetchedData: what one Fetch answered of one partition, handed out record by record.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "client/consumer/fetched_records.h"
#include "io/chunks.h"
#include "millrace/options.h"
#include "record/committed_filter.h"
#include "record/record_reader.h"

namespace millrace::client {

/// A place in a partition: the next record's offset, and the leader epoch of the one before it (-1
/// where that is not known), by which a log that was cut is noticed (KIP-320).
struct Position {
  int64_t offset = -1;
  int32_t leader_epoch = -1;

  bool operator==(const Position&) const = default;
};

/// Owned by one thread at a time: the driver makes it, the program's thread opens and reads it.
class FetchedData {
 public:
  struct Terms {
    Isolation isolation = Isolation::read_uncommitted;
    bool check_crcs = true;
  };

  /// Records below `from` come along in its batch and are skipped.
  FetchedData(io::Chunks chunks, std::vector<record::AbortedRange> aborted, Position from,
              Terms terms);

  /// Bytes as they came.
  size_t size() const { return size_; }

  /// Brings what lies in files into memory and finds the end; once, before anything is read. A last
  /// batch that the broker cut off does not count. corrupt_message where there is no way behind
  /// `from`, kafka_storage_error and the like where a file cannot be read.
  Result<void> open();
  bool is_open() const { return is_open_; }
  /// Where the next fetch begins.
  Position end() const { return end_; }

  /// Adds records until `into` has `count_max` or all are read. At what cannot be read it stops
  /// with corrupt_message, unsupported_compression_type or message_too_large; those before it are
  /// added.
  Result<void> read(FetchedRecords& into, const std::shared_ptr<const TopicPartition>& partition,
                    size_t count_max);
  /// Behind all that was read or skipped.
  Position next() const { return next_; }
  bool is_at_end() const { return !reader_ && next_.offset >= end_.offset; }

 private:
  /// Goes to the next batch whose records are to be handed out; false at the end.
  Result<bool> next_batch();
  Result<void> read_batches(FetchedRecords& into, const TopicPartition* partition,
                            size_t count_max);
  bool is_shown(const record::BatchView& batch);
  Error damaged(const Error& error) const;

  const Terms terms_;
  io::Chunks chunks_;
  const size_t size_;
  record::CommittedFilter filter_;
  bool is_open_ = false;
  Position next_;
  Position end_;
  std::vector<SharedBytes> buffers_;
  size_t buffer_ = 0;
  /// Of the current buffer.
  ByteView rest_;
  std::optional<record::BatchView> batch_;
  std::optional<record::RecordReader> reader_;
};

}  // namespace millrace::client
