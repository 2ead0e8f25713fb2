// The table of configuration keys: name, type, default, bounds, meaning, and where each applies.
//
// One table serves checking, DescribeConfigs and docs/configuration.md. Keys and spellings are
// Kafka's; keys of our own start with `millrace.`.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::broker {

/// The kind of a value, with DescribeConfigs' number for it.
enum class ConfigType : int8_t {
  unknown = 0,
  boolean = 1,
  string = 2,
  int32 = 3,
  int64 = 5,
  real = 6,
  list = 7
};

/// When a changed value takes effect.
enum class ConfigUpdate : int8_t { at_start, dynamic };

/// A broker key that gives another key its default, in a unit `factor` times that key's.
struct ConfigParent {
  std::string_view name;
  int64_t factor = 1;
};

struct ConfigKey {
  std::string_view name;
  ConfigType type = ConfigType::string;
  /// As text, in Kafka's spelling; "null" means that there is none.
  std::string_view default_value;
  std::string_view doc;
  ConfigUpdate update = ConfigUpdate::at_start;
  /// Of numbers: bounds, both included.
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
  /// Of strings, lists and booleans: the legal values, separated by commas; empty: any.
  std::string_view choices = {};
  /// Of topic and group keys: the broker keys that give the default; the first that has a value
  /// counts.
  std::span<const ConfigParent> parents = {};
  /// Not shown unless set (knobs for tests).
  bool hidden = false;
};

/// What a configuration belongs to.
enum class ConfigScope : uint8_t { broker, topic, group };

/// Sorted by name.
std::span<const ConfigKey> broker_keys();
std::span<const ConfigKey> topic_keys();
std::span<const ConfigKey> group_keys();
std::span<const ConfigKey> keys_of(ConfigScope scope);

/// The key of that name, or nullptr.
const ConfigKey* find_key(ConfigScope scope, std::string_view name);

/// Succeeds if `value` is a legal value of `key`; otherwise INVALID_CONFIG in Kafka's words.
Result<void> check_value(const ConfigKey& key, std::string_view value);

/// INVALID_CONFIG for a name that no key has, with the nearest name that one has.
Error unknown_key(ConfigScope scope, std::string_view name);

/// A checked value as a number: booleans are 0 and 1; "null" and the empty text are `fallback`.
int64_t number_of(std::string_view value, int64_t fallback = 0);

/// A checked value of type real.
double real_of(std::string_view value, double fallback = 0);

/// docs/configuration.md, whole.
std::string configuration_page();

}  // namespace millrace::broker
