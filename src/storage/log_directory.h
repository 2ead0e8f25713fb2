// LogDirectory: all partitions under one data directory, its lock, its checkpoints, its end.
//
// Files at the top carry Kafka's names and formats: .lock, meta.properties,
// recovery-point-offset-checkpoint, log-start-offset-checkpoint, cleaner-offset-checkpoint,
// .kafka_cleanshutdown.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/uuid.h"
#include "io/file_system.h"
#include "millrace/clock.h"
#include "millrace/result.h"
#include "storage/checkpoints.h"
#include "storage/log_config.h"
#include "storage/partition_log.h"
#include "storage/published_file.h"
#include "storage/recovery_report.h"
#include "storage/topic_partition.h"

namespace millrace::storage {

/// Lifecycle: open (takes the lock), load (recovers every partition), any work, close. Safe from
/// any thread after load. Partitions with LogConfig::in_memory live in memory only and are gone
/// after a restart; whoever knows the topics creates them again.
class LogDirectory {
 public:
  struct Options {
    std::string path;
    /// Partitions recovered at a time; 1 does it on the calling thread.
    size_t recovery_threads = 2;
    int32_t node_id = 1;
  };

  /// Creates the directory where it is missing and takes its lock; a second opener gets an error
  /// that names the holder's pid.
  static Result<std::unique_ptr<LogDirectory>> open(io::FileSystem& fs, const Clock& clock,
                                                    Options options);
  /// Without close() the next start is an unclean one.
  ~LogDirectory();

  /// Opens every partition found, finishes deletions that were under way, and forgets the clean
  /// end of the last run. A partition that cannot be opened is in report().failed.
  Result<void> load(const std::function<LogConfig(const TopicPartition&)>& config_of);
  const RecoveryReport& report() const { return report_; }

  /// From meta.properties: made at the first start, kept for ever.
  const std::string& cluster_id() const { return cluster_id_; }
  const std::string& path() const { return options_.path; }

  /// Nothing where there is none or it failed to open.
  std::shared_ptr<PartitionLog> find(const TopicPartition& name) const;
  std::vector<std::shared_ptr<PartitionLog>> partitions() const;

  /// Makes a partition; durable on success. One that exists with the same topic id is answered as
  /// it is; another id is inconsistent_topic_id. A directory without an id takes this one. One that
  /// failed to open is kafka_storage_error and stays as it is.
  Result<std::shared_ptr<PartitionLog>> create(const TopicPartition& name, const Uuid& topic_id,
                                               const LogConfig& config);
  /// Renames the directory, durably, then removes its files. unknown_topic_or_partition where
  /// there is none; one that failed to open can be removed as well.
  Result<void> remove(const TopicPartition& name);
  /// PartitionLog::delete_records, made lasting.
  Result<Offset> delete_records(const TopicPartition& name, Offset offset);

  /// Up to where the partition was cleaned; 0 where that is not known.
  Offset cleaned_up_to(const TopicPartition& name) const;
  /// Notes it, lastingly. Where that fails it is still known until the end.
  Result<void> note_cleaned(const TopicPartition& name, Offset up_to);

  /// Writes recovery points and log starts; call it every minute or so.
  Result<void> checkpoint();

  /// Closes every partition and marks the end as clean. Nothing else may be called afterwards.
  Result<void> close();

 private:
  LogDirectory(io::FileSystem& fs, const Clock& clock, Options options);

  Result<void> read_meta_properties();
  void open_published();
  void publish(PartitionLog& log);
  void publish_end();
  Result<void> forget_namesake(const TopicPartition& name);
  Result<void> write_recovery_points();
  Result<void> write_log_starts();
  Result<void> write_cleaner_offsets();
  Result<void> load_all(std::vector<PartitionLog::OpenOptions> found);

  io::FileSystem& fs_;
  const Clock& clock_;
  const Options options_;
  std::unique_ptr<io::DirectoryLock> lock_;
  std::unique_ptr<io::FileSystem> memory_;
  /// Nothing where other processes cannot be told.
  std::unique_ptr<PublishedFile> published_;
  std::string cluster_id_;
  RecoveryReport report_;
  /// What the two checkpoint files say; guarded by admin_ from load on.
  OffsetsByPartition recovery_points_;
  OffsetsByPartition log_starts_;
  /// What the checkpoints said of partitions that failed to open; kept for when they are mended.
  OffsetsByPartition failed_recovery_points_;
  OffsetsByPartition failed_log_starts_;

  /// Outermost: one create, remove or checkpoint at a time, since these do slow file work.
  mutable std::mutex admin_;
  mutable Mutex mutex_{LockRank::topics};
  std::map<TopicPartition, std::shared_ptr<PartitionLog>> logs_ MILL_GUARDED_BY(mutex_);
  OffsetsByPartition cleaner_offsets_ MILL_GUARDED_BY(mutex_);
};

}  // namespace millrace::storage
