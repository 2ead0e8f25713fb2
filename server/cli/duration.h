// Lengths of time as people write and read them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::server {

/// "250ms", "30s", "5m", "2h", "7d": a whole number, not negative, and its unit. Nothing where it
/// is none of these or longer than a hundred years.
std::optional<std::chrono::milliseconds> to_duration(std::string_view text);
/// The same with a usage error.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// What is wrong with a duration; empty where it is one.
std::string complaint_about_duration(const std::string& text);

/// Its two largest units: "0s", "450ms", "1.5s", "3m 20s", "2d 4h". Negative ones are zero.
std::string duration_text(std::chrono::milliseconds time);
/// "-" for none.
std::string duration_text(std::optional<std::chrono::milliseconds> time);

}  // namespace millrace::server
