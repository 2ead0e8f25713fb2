// The arithmetic of include/millrace/group_lag.h.
#include <algorithm>
#include <chrono>

#include "millrace/group_lag.h"

namespace millrace {
namespace {

/// Longer than this is never: some thirty thousand years.
constexpr double kLongestMs = 1e15;

std::optional<milliseconds> duration_of(int64_t offsets, double per_second) {
  if (offsets == 0) return milliseconds(0);
  const double ms = static_cast<double>(offsets) / per_second * 1'000;
  if (per_second <= 0 || ms > kLongestMs) return std::nullopt;
  return milliseconds(static_cast<int64_t>(ms));
}

LagTrend trend_of(const PartitionLag& before, const PartitionLag& after, double seconds) {
  const auto rate = [seconds](int64_t from, int64_t to) {
    return static_cast<double>(to - from) / seconds;
  };
  LagTrend trend{.written_per_s = rate(before.readable_end, after.readable_end),
                 .read_per_s = rate(*before.committed, *after.committed)};
  trend.to_catch_up = duration_of(after.records().value_or(0), trend.drained_per_s());
  return trend;
}

bool is_known(const PartitionLag& lag) { return !lag.error && lag.committed.has_value(); }

}  // namespace

std::optional<int64_t> PartitionLag::records() const {
  if (error || !committed) return std::nullopt;
  return first_unread ? readable_end - first_unread->offset : 0;
}

int64_t PartitionLag::lost() const {
  if (error || !committed) return 0;
  return std::max<int64_t>(log_start - *committed, 0);
}

bool GroupLag::caught_up() const {
  return std::ranges::all_of(partitions, [](const auto& item) { return item.second.caught_up(); });
}

int64_t GroupLag::records() const {
  int64_t sum = 0;
  for (const auto& [name, lag] : partitions) sum += lag.records().value_or(0);
  return sum;
}

std::optional<milliseconds> GroupLag::time() const {
  std::optional<milliseconds> longest;
  for (const auto& [name, lag] : partitions) longest = std::max(longest, lag.time);
  return longest;
}

std::optional<milliseconds> GroupLag::until_retention() const {
  std::optional<milliseconds> shortest;
  for (const auto& [name, lag] : partitions) {
    if (!lag.until_retention) continue;
    if (!shortest || *lag.until_retention < *shortest) shortest = lag.until_retention;
  }
  return shortest;
}

LagTrends lag_trends(const GroupLag& before, const GroupLag& after) {
  const std::chrono::duration<double> between = after.taken_at - before.taken_at;
  LagTrends trends;
  if (between.count() <= 0) return trends;
  for (const auto& [name, now] : after.partitions) {
    const auto earlier = before.partitions.find(name);
    if (earlier == before.partitions.end()) continue;
    if (!is_known(earlier->second) || !is_known(now)) continue;
    trends[name] = trend_of(earlier->second, now, between.count());
  }
  return trends;
}

std::optional<milliseconds> time_to_catch_up(const LagTrends& trends) {
  std::optional<milliseconds> longest;
  for (const auto& [name, trend] : trends) {
    if (!trend.to_catch_up) return std::nullopt;
    longest = std::max(longest, trend.to_catch_up);
  }
  return longest;
}

}  // namespace millrace
