#include "cli/start_point.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/duration.h"

namespace millrace::server {
namespace {

/// Takes `digits` digits off the front, or makes `ok` false.
int take_number(std::string_view& text, size_t digits, bool& ok) {
  const auto part = text.substr(0, digits);
  const bool all_digits =
      part.size() == digits && part.find_first_not_of("0123456789") == std::string_view::npos;
  ok = ok && all_digits;
  if (!ok) return 0;
  text.remove_prefix(digits);
  return static_cast<int>(parse_int64(part).value_or(0));
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Digits behind a point, as many as there are; what is finer than a millisecond is dropped.
int take_fraction(std::string_view& text, bool& ok) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  ok = ok && digits > 0 && digits <= 9;
  if (!ok) return 0;
  std::string ms(text.substr(0, std::min<size_t>(digits, 3)));
  ms.resize(3, '0');
  text.remove_prefix(digits);
  return static_cast<int>(parse_int64(ms).value_or(0));
}

/// "Z", nothing, "+02:00" or "-0530": how far the clock there is ahead of UTC.
std::chrono::minutes take_zone(std::string_view& text, bool& ok) {
  if (text.empty() || take(text, 'Z')) return {};
  const int sign = take(text, '-') ? -1 : 1;
  if (sign > 0) ok = ok && take(text, '+');
  const int hours = take_number(text, 2, ok);
  if (ok) take(text, ':');
  const int minutes = take_number(text, 2, ok);
  ok = ok && hours <= 18 && minutes <= 59;
  return std::chrono::minutes(sign * (hours * 60 + minutes));
}

std::optional<int64_t> milliseconds_of(std::string_view text) {
  using namespace std::chrono;
  bool ok = true;
  const int y = take_number(text, 4, ok);
  ok = ok && take(text, '-');
  const int m = take_number(text, 2, ok);
  ok = ok && take(text, '-');
  const int d = take_number(text, 2, ok);
  int h = 0;
  int min = 0;
  int s = 0;
  int ms = 0;
  minutes ahead{0};
  if (ok && (take(text, 'T') || take(text, ' '))) {
    h = take_number(text, 2, ok);
    ok = ok && take(text, ':');
    min = take_number(text, 2, ok);
    if (ok && take(text, ':')) {
      s = take_number(text, 2, ok);
      if (ok && take(text, '.')) ms = take_fraction(text, ok);
    }
    if (ok) ahead = take_zone(text, ok);
  }
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!ok || !text.empty() || !date.ok() || h > 23 || min > 59 || s > 59) return std::nullopt;
  const auto time =
      sys_days{date} + hours{h} + minutes{min} + seconds{s} + milliseconds{ms} - ahead;
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

/// The forms that no place but a time has.
std::optional<int64_t> time_of(std::string_view text, int64_t now_ms) {
  if (text.starts_with('@')) {
    const auto ms = parse_int64(text.substr(1));
    return ms && *ms >= 0 ? ms : std::nullopt;
  }
  if (text.starts_with('-')) {
    const auto ago = to_duration(text.substr(1));
    if (!ago) return std::nullopt;
    return now_ms - ago->count();
  }
  return milliseconds_of(text);
}

}  // namespace

Result<int64_t> parse_time(std::string_view text, int64_t now_ms) {
  if (const auto ms = time_of(text, now_ms)) return *ms;
  return usage_error(cat("'", text, "' is no time; write ", kTimeHelp));
}

Result<StartPoint> parse_start_point(std::string_view text, int64_t now_ms) {
  using Kind = StartPoint::Kind;
  if (text == "beginning") return StartPoint{.kind = Kind::beginning};
  if (text == "end") return StartPoint{.kind = Kind::end};
  if (const auto number = parse_int64(text)) {
    if (*number < 0 && *number > INT64_MIN) {
      return StartPoint{.kind = Kind::before_end, .number = -*number};
    }
    if (*number >= 0) return StartPoint{.kind = Kind::offset, .number = *number};
  }
  if (const auto ms = time_of(text, now_ms)) {
    return StartPoint{.kind = Kind::timestamp, .number = *ms};
  }
  return usage_error(cat("'", text, "' is no place to start; write ", kStartPointHelp));
}

std::vector<TopicPartition> partitions_of(const TopicDescription& topic) {
  std::vector<TopicPartition> names;
  for (const auto& partition : topic.partitions) {
    names.push_back({.topic = topic.name, .partition = partition.id});
  }
  return names;
}

Result<PartitionOffsets> offsets_at(Admin& admin, const std::vector<TopicPartition>& partitions,
                                    int64_t timestamp_ms) {
  PartitionOffsets times;
  for (const auto& name : partitions) times[name] = timestamp_ms;
  return admin.list_offsets(times);
}

Result<PartitionOffsets> resolve(Admin& admin, const StartPoint& point,
                                 const std::vector<TopicPartition>& partitions) {
  using Kind = StartPoint::Kind;
  switch (point.kind) {
    case Kind::beginning: return offsets_at(admin, partitions, kEarliest);
    case Kind::end: return offsets_at(admin, partitions, kLatest);
    case Kind::timestamp: return offsets_at(admin, partitions, point.number);
    case Kind::offset: {
      PartitionOffsets offsets;
      for (const auto& name : partitions) offsets[name] = point.number;
      return offsets;
    }
    case Kind::before_end: break;
  }
  MILL_TRY(const auto starts, offsets_at(admin, partitions, kEarliest));
  MILL_TRY(auto offsets, offsets_at(admin, partitions, kLatest));
  for (auto& [name, offset] : offsets) offset = std::max(offset - point.number, starts.at(name));
  return offsets;
}

}  // namespace millrace::server
