// Small helpers for text that people read: error messages, logs, names.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The parts as one string: cat("offset ", offset, " is above ", end).
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

/// A whole number with nothing around it that fits 64 bits, or nothing.
std::optional<int64_t> parse_int64(std::string_view text);

/// The parts between `separator`s; an empty text has none.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

/// The candidate with the smallest edit distance to `text`, for "did you mean"; empty where none is
/// near.
std::string_view nearest_name(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace millrace
