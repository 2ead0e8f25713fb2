// The small files beside the segments: offset checkpoints, partition.metadata, meta.properties and
// the mark of a clean end. All in Kafka's formats (docs/formats/storage.md).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/strong.h"
#include "base/uuid.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/topic_partition.h"

namespace millrace::storage {

inline constexpr const char* kRecoveryPoints = "recovery-point-offset-checkpoint";
inline constexpr const char* kLogStarts = "log-start-offset-checkpoint";
inline constexpr const char* kCleanerOffsets = "cleaner-offset-checkpoint";
inline constexpr const char* kLockFile = ".lock";
inline constexpr const char* kCleanEnd = ".kafka_cleanshutdown";
inline constexpr const char* kMetaProperties = "meta.properties";
inline constexpr const char* kPartitionMetadata = "partition.metadata";
inline constexpr const char* kLeaderEpochs = "leader-epoch-checkpoint";
/// Ours: the offset that the last successful sync covered, left when a sync failed.
inline constexpr const char* kFailedSync = "millrace-failed-sync";

using OffsetsByPartition = std::map<TopicPartition, Offset>;

/// Lines "topic partition offset". A missing file and an empty one hold none.
Result<OffsetsByPartition> read_offset_checkpoint(io::FileSystem& fs, const std::string& path);
Result<void> write_offset_checkpoint(io::FileSystem& fs, const std::string& path,
                                     const OffsetsByPartition& offsets);

/// Zero where there is no file; a malformed one is an error.
Result<Uuid> read_partition_metadata(io::FileSystem& fs, const std::string& path);
std::string partition_metadata_text(const Uuid& topic_id);
Result<void> write_partition_metadata(io::FileSystem& fs, const std::string& path,
                                      const Uuid& topic_id);

/// The values of meta.properties; none where there is no file.
Result<std::map<std::string, std::string>> read_properties(io::FileSystem& fs,
                                                           const std::string& path);
Result<void> write_properties(io::FileSystem& fs, const std::string& path,
                              const std::map<std::string, std::string>& values);

/// The one number in a failed-sync mark, or nothing where there is no such file. An unreadable one
/// reads as 0: nothing is known to be durable.
Result<std::optional<Offset>> read_failed_sync(io::FileSystem& fs, const std::string& path);

}  // namespace millrace::storage
