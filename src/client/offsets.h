// Where partitions begin and end, and where a time is.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "client/cluster.h"
#include "millrace/admin.h"

namespace millrace::client {

using PartitionOffsets = std::map<TopicPartition, int64_t>;

/// For each partition the offset of the first record with that timestamp or a later one, or of
/// kEarliest or kLatest; the end of the log where no record is that young. Retries what a change of
/// leaders breaks.
Result<PartitionOffsets> list_offsets(Cluster& cluster,
                                      const std::map<TopicPartition, int64_t>& timestamps,
                                      CallLimits limits);
/// The same time for all.
Result<PartitionOffsets> list_offsets(Cluster& cluster,
                                      const std::vector<TopicPartition>& partitions,
                                      int64_t timestamp, CallLimits limits);

/// All partitions of a topic.
std::vector<TopicPartition> partitions_of(const TopicInfo& topic);

}  // namespace millrace::client
