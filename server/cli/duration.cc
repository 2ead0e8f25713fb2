#include "cli/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "cli/common.h"

namespace millrace::server {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kSecond = 1'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kLongest = 36'525 * kDay;

/// Largest first.
constexpr std::array<std::pair<std::string_view, int64_t>, 5> kUnits{
    {{"d", kDay}, {"h", kHour}, {"m", kMinute}, {"s", kSecond}, {"ms", 1}}};

}  // namespace

std::optional<milliseconds> to_duration(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_int64(text.substr(0, digits));
  for (const auto& [name, unit] : kUnits) {
    if (text.substr(digits) != name || !number || *number > kLongest / unit) continue;
    return milliseconds(*number * unit);
  }
  return std::nullopt;
}

Result<milliseconds> parse_duration(std::string_view text) {
  if (const auto time = to_duration(text)) return *time;
  return usage_error(cat("'", text, "' is no length of time; write 250ms, 30s, 5m, 2h or 7d"));
}

std::string complaint_about_duration(const std::string& text) {
  const auto time = parse_duration(text);
  return time ? std::string() : time.error().message();
}

std::string duration_text(milliseconds time) {
  const int64_t ms = time.count();
  if (ms <= 0) return "0s";
  if (ms < kSecond) return cat(ms, "ms");
  if (ms < 10 * kSecond) return cat(ms / kSecond, '.', ms % kSecond / 100, 's');
  for (size_t i = 0;; ++i) {
    const auto& [name, unit] = kUnits[i];
    if (ms < unit) continue;
    const auto& [smaller_name, smaller] = kUnits[i + 1];
    const int64_t rest = ms % unit / smaller;
    if (rest == 0 || unit == kSecond) return cat(ms / unit, name);
    return cat(ms / unit, name, ' ', rest, smaller_name);
  }
}

std::string duration_text(std::optional<milliseconds> time) {
  return time ? duration_text(*time) : "-";
}

}  // namespace millrace::server
