#include "broker/config/config_key.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/text.h"

namespace millrace::broker {
namespace {

std::string_view scope_name(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::broker: return "broker";
    case ConfigScope::topic: return "topic";
    case ConfigScope::group: return "group";
  }
  return "";
}

Error invalid(const ConfigKey& key, std::string_view value, std::string_view why) {
  return kafka_error(ErrorCode::invalid_config,
                     cat("Invalid value ", value, " for configuration ", key.name, ": ", why));
}

Result<void> check_number(const ConfigKey& key, std::string_view value) {
  const auto parsed = parse_int64(value);
  const bool fits =
      parsed && (key.type == ConfigType::int64 || (*parsed >= INT32_MIN && *parsed <= INT32_MAX));
  if (!fits) {
    return invalid(key, value,
                   cat("Not a number of type ", key.type == ConfigType::int32 ? "INT" : "LONG"));
  }
  if (*parsed < key.min) return invalid(key, value, cat("Value must be at least ", key.min));
  if (*parsed > key.max) return invalid(key, value, cat("Value must be no more than ", key.max));
  if (key.name == "compression.gzip.level" && *parsed == 0) {
    return invalid(key, value, "Value must be between 1 and 9 or equal to -1");
  }
  return {};
}

Result<void> check_real(const ConfigKey& key, std::string_view value) {
  double parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc() || end != value.data() + value.size()) {
    return invalid(key, value, "Not a number of type DOUBLE");
  }
  if (!(parsed >= static_cast<double>(key.min)))
    return invalid(key, value, cat("Value must be at least ", key.min));
  constexpr int64_t kNoMax = std::numeric_limits<int64_t>::max();
  if (key.max != kNoMax && parsed > static_cast<double>(key.max))
    return invalid(key, value, cat("Value must be no more than ", key.max));
  return {};
}

Result<void> check_choice(const ConfigKey& key, std::string_view value, std::string_view word) {
  const auto choices = split(key.choices, ',');
  if (choices.empty() || std::ranges::find(choices, word) != choices.end()) return {};
  std::string listed;
  for (const auto choice : choices) listed += cat(listed.empty() ? "" : ", ", choice);
  return invalid(key, value, cat("String must be one of: ", listed));
}

Result<void> check_list(const ConfigKey& key, std::string_view value) {
  std::vector<std::string_view> seen;
  for (const auto part : split(value, ',')) {
    const auto word = trim(part);
    if (word.empty() && !trim(value).empty()) {
      return invalid(key, value, cat("Configuration '", key.name, "' values must not be empty."));
    }
    if (auto legal = check_choice(key, value, word); !legal) return legal;
    if (std::ranges::find(seen, word) != seen.end()) {
      return invalid(key, value,
                     cat("Configuration '", key.name, "' values must not be duplicated."));
    }
    seen.push_back(word);
  }
  return {};
}

Result<void> check_durability(const ConfigKey& key, std::string_view value) {
  if (value == "disk" || value == "os" || value == "memory") return {};
  constexpr std::string_view kFlush = "flush:";
  if (value.starts_with(kFlush)) {
    const auto ms = parse_int64(value.substr(kFlush.size()));
    if (ms && *ms > 0 && *ms <= INT32_MAX) return {};
  }
  return invalid(key, value, "It must be disk, flush:<milliseconds>, os or memory");
}

}  // namespace

std::span<const ConfigKey> keys_of(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::broker: return broker_keys();
    case ConfigScope::topic: return topic_keys();
    case ConfigScope::group: return group_keys();
  }
  return {};
}

const ConfigKey* find_key(ConfigScope scope, std::string_view name) {
  const auto keys = keys_of(scope);
  const auto found = std::ranges::lower_bound(keys, name, {}, &ConfigKey::name);
  return found != keys.end() && found->name == name ? &*found : nullptr;
}

Result<void> check_value(const ConfigKey& key, std::string_view value) {
  if (key.name == "millrace.durability") return check_durability(key, value);
  switch (key.type) {
    case ConfigType::boolean:
      if (value == "true" || value == "false") return check_choice(key, value, value);
      return invalid(key, value, "Expected value to be either true or false");
    case ConfigType::int32:
    case ConfigType::int64: return check_number(key, value);
    case ConfigType::real: return check_real(key, value);
    case ConfigType::unknown:
    case ConfigType::string: return check_choice(key, value, value);
    case ConfigType::list: return check_list(key, value);
  }
  return {};
}

Error unknown_key(ConfigScope scope, std::string_view name) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : keys_of(scope)) names.push_back(key.name);
  const auto nearest = nearest_name(name, names);
  return kafka_error(ErrorCode::invalid_config,
                     cat("Unknown ", scope_name(scope), " config name: ", name,
                         nearest.empty() ? "" : cat("; did you mean ", nearest, "?")));
}

int64_t number_of(std::string_view value, int64_t fallback) {
  if (value == "true") return 1;
  if (value == "false") return 0;
  return parse_int64(value).value_or(fallback);
}

double real_of(std::string_view value, double fallback) {
  double parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  return error == std::errc() ? parsed : fallback;
}

}  // namespace millrace::broker
