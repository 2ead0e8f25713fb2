// Taking over the topics of a stopped Apache Kafka from its log directory.
//
// Partition directories are the same on both sides, so they are copied (or moved) as they are.
// What Kafka keeps elsewhere is taken from where it is at hand: topic ids from partition.metadata,
// log starts and recovery points from the checkpoint files, partition counts from the directories.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "broker/config/broker_config.h"
#include "io/file_system.h"
#include "millrace/clock.h"
#include "millrace/result.h"

namespace millrace::broker {

struct AdoptOptions {
  /// Kafka's log directory.
  std::string from;
  /// Ours; made where it is missing. No broker may be serving it.
  std::string data_dir;
  /// Only these; empty: all but Kafka's cluster metadata.
  std::vector<std::string> topics = {};
  /// For every topic that is not internal.
  ConfigValues config = {};
  /// For one topic, on top of `config`; also for internal ones.
  std::map<std::string, ConfigValues> topic_config = {};
  /// Rename instead of copying; both directories must be on one file system.
  bool move = false;
  /// Go on although Kafka did not end cleanly: the next start recovers what is there.
  bool allow_unclean = false;
};

struct AdoptedTopic {
  std::string name;
  Uuid id;
  int32_t partition_count = 0;
};

/// Sorted by name. Everything is checked before anything is written: invalid_config,
/// unknown_topic_or_partition (a topic of `topics` that is not there), topic_already_exists,
/// kafka_storage_error with the file, what was found and what to do.
///
/// What survives a crash: the topics appear in the metadata last, so they are there wholly or not
/// at all, and the same call may be made again. A copy never appears under its final name before
/// all of it is durable.
Result<std::vector<AdoptedTopic>> adopt_topics(io::FileSystem& fs, const Clock& clock,
                                               const AdoptOptions& options);

}  // namespace millrace::broker
