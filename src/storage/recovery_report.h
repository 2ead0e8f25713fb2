// What opening a log directory found and did, for the operator and for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/strong.h"
#include "millrace/result.h"
#include "storage/topic_partition.h"

namespace millrace::storage {

/// The torn end of a log, removed: bytes that no successful sync covered.
struct CutRange {
  std::string file;
  Position at;
  int64_t size = 0;
  /// The log went on at this offset.
  Offset next_offset;
};

/// Bytes that are no valid batch though durable or followed by one; moved aside, never dropped.
struct QuarantinedRange {
  std::string file;
  Position at;
  int64_t size = 0;
  /// Where the bytes are now; empty where there were none to be found.
  std::string side_file;
  /// Offsets [first, next) are missing.
  Offset first_offset;
  Offset next_offset;
};

struct PartitionRecovery {
  TopicPartition partition;
  bool unclean = false;
  std::vector<CutRange> cuts;
  std::vector<QuarantinedRange> quarantined;
  /// Index and snapshot files made anew.
  std::vector<std::string> rebuilt;
  LeaderEpoch leader_epoch;
  Offset log_end_offset;
};

struct PartitionFailure {
  TopicPartition partition;
  Error error;
};

struct RecoveryReport {
  /// The last run ended with close().
  bool clean = false;
  std::vector<PartitionRecovery> partitions;
  /// Partitions that could not be opened; all others are served.
  std::vector<PartitionFailure> failed;
};

/// One line per finding, for the log; empty where there is nothing to tell.
std::vector<std::string> describe(const PartitionRecovery& recovery);

}  // namespace millrace::storage
