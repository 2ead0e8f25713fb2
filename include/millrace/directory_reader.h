// DirectoryReader: reads a broker's directory from another process, live.
//
// The writer publishes per partition how far its records may be read (docs/formats/published.md);
// a reader goes no further, takes no lock and changes nothing: it cannot hold the writer up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "millrace/topic.h"

namespace millrace {

namespace embed {
class DirectoryReaderImpl;
}

/// Who else is there.
enum class WriterState : uint8_t {
  /// A broker has the directory open.
  alive,
  /// It was closed cleanly: all its records are readable.
  stopped,
  /// It died. What it had published stays readable; a broker that opens the directory recovers the
  /// rest.
  crashed,
};

/// Not thread-safe; one per thread. Any number may read one directory.
class DirectoryReader {
 public:
  /// The system's error; kafka_storage_error where the directory is no broker's.
  static Result<DirectoryReader> open(const std::string& dir);
  DirectoryReader(DirectoryReader&&) noexcept;
  DirectoryReader& operator=(DirectoryReader&&) noexcept;
  ~DirectoryReader();

  WriterState writer() const;
  /// The partitions there are now, by name.
  Result<std::vector<TopicPartition>> partitions() const;

  /// As Topic::read. The reader follows rolls, retention and compaction; offset_out_of_range where
  /// the records were removed meanwhile; unknown_topic_or_partition.
  Result<LogRecords> read(const TopicPartition& partition, const ReadOptions& options);

  Result<int64_t> log_start_offset(const TopicPartition& partition);
  Result<int64_t> high_watermark(const TopicPartition& partition);
  Result<int64_t> last_stable_offset(const TopicPartition& partition);

 private:
  explicit DirectoryReader(std::unique_ptr<embed::DirectoryReaderImpl> impl);
  std::unique_ptr<embed::DirectoryReaderImpl> impl_;
};

}  // namespace millrace
