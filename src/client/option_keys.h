// Options by Kafka's names: a table of keys for each option struct, and how texts become values.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "client/error.h"
#include "millrace/result.h"

namespace millrace::client {

/// One key of an option struct; `apply` answers what is wrong with the text, or nothing.
template <class Options>
struct OptionKey {
  std::string_view name;
  std::function<std::string(Options&, std::string_view text)> apply;
};

inline Error bad_option(std::string_view key, std::string_view value, std::string_view why) {
  return client_error(ClientErrc::invalid_argument, cat(key, ": '", value, "' ", why));
}

/// Sets `key`, or says which key is nearest, or what is wrong with the value.
template <class Options>
Result<void> set_option(Options& options, std::span<const OptionKey<Options>> keys,
                        std::string_view key, std::string_view value) {
  for (const auto& known : keys) {
    if (known.name != key) continue;
    if (const std::string why = known.apply(options, value); !why.empty()) {
      return bad_option(key, value, why);
    }
    return {};
  }
  std::vector<std::string_view> names;
  for (const auto& known : keys) names.push_back(known.name);
  const std::string_view nearest = nearest_name(key, names);
  return client_error(ClientErrc::invalid_argument,
                      nearest.empty()
                          ? cat("there is no option '", key, "'")
                          : cat("there is no option '", key, "'; did you mean '", nearest, "'?"));
}

/// A whole number from `min` to `max`, or nothing.
template <class Number>
std::optional<Number> parse_number(std::string_view text, Number min, Number max) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < min || value > max) return std::nullopt;
  return value;
}

/// Makers of `apply`: each sets one member.
template <class Options, class Number>
auto number(Number Options::* member, Number min, Number max) {
  return [=](Options& options, std::string_view text) -> std::string {
    const auto value = parse_number<Number>(text, min, max);
    if (!value) return cat("is no whole number from ", min, " to ", max);
    options.*member = *value;
    return "";
  };
}

template <class Options>
auto duration(std::chrono::milliseconds Options::* member, int64_t min_ms,
              int64_t max_ms = INT32_MAX) {
  return [=](Options& options, std::string_view text) -> std::string {
    const auto value = parse_number<int64_t>(text, min_ms, max_ms);
    if (!value) return cat("is no whole number of milliseconds from ", min_ms, " to ", max_ms);
    options.*member = std::chrono::milliseconds(*value);
    return "";
  };
}

template <class Options>
auto text(std::string Options::* member) {
  return [=](Options& options, std::string_view value) -> std::string {
    options.*member = std::string(value);
    return "";
  };
}

template <class Options, class Member>
auto boolean(Member Options::* member) {
  return [=](Options& options, std::string_view value) -> std::string {
    if (value != "true" && value != "false") return "is neither true nor false";
    options.*member = value == "true";
    return "";
  };
}

/// One of several names, each standing for a value.
template <class Options, class Value, size_t N>
auto choice(Value Options::* member, std::array<std::pair<std::string_view, Value>, N> choices) {
  return [=](Options& options, std::string_view value) -> std::string {
    std::string names;
    for (const auto& [name, meant] : choices) {
      if (name == value) {
        options.*member = meant;
        return "";
      }
      names += names.empty() ? "" : ", ";
      names += name;
    }
    return cat("is none of ", names);
  };
}

/// For checks of whole structs: an Error where `value` is outside of [min, max].
template <class Number>
Result<void> check_range(std::string_view field, Number value, Number min, Number max) {
  if (value >= min && value <= max) return {};
  return client_error(ClientErrc::invalid_argument,
                      cat(field, " is ", value, "; it must be from ", min, " to ", max));
}
inline Result<void> check_range(std::string_view field, std::chrono::milliseconds value,
                                int64_t min_ms, int64_t max_ms = INT32_MAX) {
  return check_range<int64_t>(field, value.count(), min_ms, max_ms);
}

}  // namespace millrace::client
