#include "cli/progress_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace millrace::server {
namespace {

constexpr size_t kBarWidth = 20;

std::string with_commas(int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string bytes_text(double bytes) {
  constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
  return text.data();
}

std::string bar(double share) {
  const auto done = static_cast<size_t>(share * kBarWidth);
  std::string text(done, '=');
  if (done < kBarWidth) text += '>';
  text.resize(kBarWidth, ' ');
  return cat('[', text, "] ", std::lround(std::floor(share * 100)), "%  ");
}

}  // namespace

std::string progress_line(const ProgressState& state) {
  std::string line;
  if (state.total_bytes) {
    const double total = std::max<double>(static_cast<double>(*state.total_bytes), 1);
    line = bar(std::min(static_cast<double>(state.bytes) / total, 1.0));
  }
  const auto bytes = static_cast<double>(state.bytes);
  line += cat(with_commas(state.records), " records  ", bytes_text(bytes));
  if (state.seconds > 0) line += cat("  ", bytes_text(bytes / state.seconds), "/s");
  return line;
}

}  // namespace millrace::server
