// DirectoryReaderImpl: a broker's directory seen from another process.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "embed/read_records.h"
#include "io/file_system.h"
#include "millrace/clock.h"
#include "millrace/directory_reader.h"
#include "millrace/options.h"
#include "millrace/result.h"
#include "storage/log_reader.h"
#include "storage/published_reader.h"

namespace millrace::embed {

/// What it knows of a partition is looked up anew when what the broker publishes says so: the slot
/// is another topic's, another start of a broker recovered the log, files came or went. Used by one
/// thread.
class DirectoryReaderImpl {
 public:
  static Result<std::unique_ptr<DirectoryReaderImpl>> open(const std::string& dir);
  DirectoryReaderImpl(const DirectoryReaderImpl&) = delete;
  DirectoryReaderImpl& operator=(const DirectoryReaderImpl&) = delete;

  WriterState writer() const;
  Result<std::vector<TopicPartition>> partitions() const;
  Result<LogRecords> read(const TopicPartition& name, const ReadOptions& options);
  Result<storage::PublishedOffsets> offsets(const TopicPartition& name);

 private:
  struct Partition {
    TopicPartition name;
    Uuid topic_id;
    size_t slot = 0;
    storage::LogReader log;
    /// The start of a broker whose records were read last.
    uint32_t run = 0;
  };
  /// What one attempt to read found.
  struct Found {
    storage::LogReader::Piece piece;
    std::vector<storage::AbortedTransaction> aborted = {};
    /// Worth something only if the files are still of the version that they were listed in.
    bool is_listed = false;
  };

  DirectoryReaderImpl(std::string dir, std::unique_ptr<io::FileSystem> fs)
      : dir_(std::move(dir)), fs_(std::move(fs)) {}

  bool is_alive() const;
  std::string directory_of(const TopicPartition& name) const;
  /// unknown_topic_or_partition; kafka_storage_error where nothing is published of it.
  Result<Partition*> find(const TopicPartition& name);
  Result<Uuid> topic_id_of(const TopicPartition& name) const;
  Result<size_t> slot_of(const TopicPartition& name, const Uuid& topic_id);
  /// Nothing where the slot is not this partition's any more.
  std::optional<storage::PublishedReading> look_at(const Partition& partition) const;
  /// Opens what is published anew where that is in another file by now; looks now and then.
  Result<void> look_for_new_file();

  /// Null where the partition must be found anew.
  Result<std::unique_ptr<ReadRecords>> read_now(Partition& partition, const ReadOptions& options);
  Result<Found> try_read(Partition& partition, const storage::PublishedOffsets& now,
                         const ReadOptions& options);
  bool may_read_on(const Partition& partition) const;
  bool is_still(const Partition& partition, bool is_listed) const;
  /// What is told of files that cannot be read.
  Result<std::unique_ptr<ReadRecords>> give_up(const Partition& partition, Error error,
                                               const ReadOptions& options) const;
  /// The version of the files once none of them is about to go, if that comes soon.
  storage::FilesVersion settled_files(const Partition& partition) const;
  /// Until what is published changes or the time is over, and not for long.
  void wait_for_change(const Partition& partition, uint64_t sequence, SteadyTime deadline) const;

  const std::string dir_;
  const std::unique_ptr<io::FileSystem> fs_;
  std::unique_ptr<storage::PublishedReader> published_;
  /// When look_for_new_file looked.
  SteadyTime looked_;
  std::map<TopicPartition, Partition> partitions_;
};

}  // namespace millrace::embed
