// Topic: an embedded broker's log without the request layer in between.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "millrace/options.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

namespace embed {
class DirectoryReaderImpl;
class TopicImpl;
struct ReadRecords;
}  // namespace embed

/// A record of Topic::append. Its topic is the log's own.
struct LogRecord {
  std::optional<std::string_view> key = std::nullopt;
  std::optional<std::string_view> value = std::nullopt;
  std::span<const Header> headers = {};
  /// Nothing: now.
  std::optional<int64_t> timestamp_ms = std::nullopt;
};

/// A record of Topic::read: views that live as long as the LogRecords they came in.
struct LogRecordView {
  int64_t offset = 0;
  int64_t timestamp_ms = -1;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  Headers headers;
};

/// What one read answered, in order of offset; perhaps nothing. Owns or shares the records' memory.
class LogRecords {
 public:
  LogRecords();
  LogRecords(LogRecords&&) noexcept;
  LogRecords& operator=(LogRecords&&) noexcept;
  ~LogRecords();

  const LogRecordView* begin() const;
  const LogRecordView* end() const;
  size_t size() const { return static_cast<size_t>(end() - begin()); }
  bool empty() const { return begin() == end(); }
  /// Where to read on: behind the last record, and behind what a reader is not shown (markers,
  /// aborted records, offsets removed by compaction).
  int64_t next_offset() const;

 private:
  friend class embed::DirectoryReaderImpl;
  friend class embed::TopicImpl;
  std::unique_ptr<embed::ReadRecords> read_;
};

struct ReadOptions {
  /// Where the read begins.
  int64_t offset = 0;
  /// About so much; one batch comes even if it is larger.
  size_t bytes_max = size_t{1} << 20;
  Isolation isolation = Isolation::read_uncommitted;
  /// How long to wait for the first record; 0 answers at once.
  milliseconds wait{0};
};

/// One topic of an embedded broker. Thread-safe; copies mean the same topic; usable beside network
/// clients of the same broker. After the broker is closed or the topic deleted, calls answer
/// `closed` and unknown_topic_or_partition.
class Topic {
 public:
  const std::string& name() const;
  int32_t partition_count() const;

  /// Appends the records as one batch; all or none. Returns when they are as durable as `acks` says
  /// (docs/guarantees.md), with the first one's offset; the others follow it without gap.
  /// invalid_argument: no such partition, no records, acks none; message_too_large: beyond
  /// max.message.bytes; kafka_storage_error.
  Result<int64_t> append(int32_t partition, std::span<const LogRecord> records,
                         Acks acks = Acks::all);
  Result<int64_t> append(int32_t partition, const LogRecord& record, Acks acks = Acks::all);

  /// Records from `options.offset` on, up to the high watermark (or the last stable offset).
  /// offset_out_of_range: below the log's start or above its end.
  Result<LogRecords> read(int32_t partition, const ReadOptions& options) const;

  /// -1 where there is no such partition, or no broker any more.
  int64_t log_start_offset(int32_t partition) const;
  /// Readers see records below it; -1 as above.
  int64_t high_watermark(int32_t partition) const;
  /// Of the first record with that timestamp or a later one; the high watermark where there is
  /// none.
  Result<int64_t> offset_for_time(int32_t partition, int64_t timestamp_ms) const;

 private:
  friend class Broker;
  explicit Topic(std::shared_ptr<embed::TopicImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<embed::TopicImpl> impl_;
};

}  // namespace millrace
