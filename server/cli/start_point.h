// "Where from" as people write it: beginning, end, an offset, so many records before the end, a
// time.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "millrace/admin.h"
#include "millrace/result.h"

namespace millrace::server {

struct StartPoint {
  enum class Kind { beginning, end, offset, before_end, timestamp };
  Kind kind = Kind::beginning;
  /// The offset, the count before the end, or milliseconds since 1970.
  int64_t number = 0;

  bool operator==(const StartPoint&) const = default;
};

inline constexpr const char* kStartPointHelp =
    "beginning, end, OFFSET, -COUNT (before the end), @MILLISECONDS or a time such as "
    "2026-01-31T09:30:00Z (UTC)";

/// A usage error where `text` is none of these.
Result<StartPoint> parse_start_point(std::string_view text);

/// "2026-01-31", "2026-01-31T09:30", "2026-01-31T09:30:00.250Z", always UTC; milliseconds since
/// 1970.
Result<int64_t> parse_time(std::string_view text);

using PartitionOffsets = std::map<TopicPartition, int64_t>;

/// All partitions of a topic.
std::vector<TopicPartition> partitions_of(const TopicDescription& topic);

/// The offset of each partition at a time, kEarliest or kLatest.
Result<PartitionOffsets> offsets_at(Admin& admin, const std::vector<TopicPartition>& partitions,
                                    int64_t timestamp_ms);

/// The offset of each partition; one before the end never lies before the beginning. A plain offset
/// is taken as it is.
Result<PartitionOffsets> resolve(Admin& admin, const StartPoint& point,
                                 const std::vector<TopicPartition>& partitions);

}  // namespace millrace::server
