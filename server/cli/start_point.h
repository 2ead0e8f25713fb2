// "Where from" as people write it: beginning, end, an offset, so many records before the end, a
// time, so long ago.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "millrace/admin.h"
#include "millrace/clock.h"
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
    "beginning, end, OFFSET, -COUNT (before the end), @MILLISECONDS, a time such as "
    "2026-01-31T09:30:00Z (UTC where it names no zone), or -5m (ago)";
inline constexpr const char* kTimeHelp =
    "2026-01-31T09:30:00Z (UTC where it names no zone), @MILLISECONDS since 1970, or -5m (ago)";

/// A usage error where `text` is none of these. Times that are so long ago count from `now_ms`.
Result<StartPoint> parse_start_point(std::string_view text,
                                     int64_t now_ms = SystemClock().wall_ms());

/// Milliseconds since 1970 of "2026-01-31", "2026-01-31T09:30", "2026-01-31T09:30:00.250Z",
/// "2026-01-31T09:30:00+02:00" (UTC without a zone), "@1700000000000", or "-5m" (so long before
/// `now_ms`; units as in to_duration). A usage error where it is none.
Result<int64_t> parse_time(std::string_view text, int64_t now_ms = SystemClock().wall_ms());

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
