// What DescribeConfigs shows and AlterConfigs asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/config/broker_config.h"

namespace millrace::broker {

/// Where a value comes from, with DescribeConfigs' number for it.
enum class ConfigSource : int8_t {
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_value = 5,
  dynamic_broker_logger = 6,
  dynamic_group = 8,
};

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::default_value;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::default_value;
  ConfigType type = ConfigType::string;
  bool read_only = false;
  /// All places that give the key a value, the one in force first.
  std::vector<ConfigSynonym> synonyms;
  std::string documentation;
};

/// One change, with IncrementalAlterConfigs' numbers for the operations; any other number is one
/// that check_operations refuses.
struct ConfigChange {
  enum class Operation : int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

  std::string name;
  Operation operation = Operation::set;
  std::optional<std::string> value;
};

struct AlterOptions {
  /// Make the changes to nothing: what they do not set returns to what is inherited, as the older
  /// AlterConfigs has it.
  bool replace = false;
  /// Change nothing, only answer whether it could be done.
  bool validate_only = false;
};

/// The value in force of a topic's or a group's key: the own one, or its broker keys', or the
/// default; nothing where there is none.
std::optional<std::string> effective_value(const ConfigKey& key, const ConfigValues& own,
                                           const BrokerConfig& broker);

std::vector<ConfigEntry> describe_topic_config(const ConfigValues& own, const BrokerConfig& broker);
std::vector<ConfigEntry> describe_group_config(const ConfigValues& own, const BrokerConfig& broker);
std::vector<ConfigEntry> describe_broker_config(const BrokerConfig& broker);

/// INVALID_REQUEST where two changes are of the same key, or one that is not to remove a value has
/// none.
Result<void> check_well_formed(std::span<const ConfigChange> changes);

/// What can be said of changes without what they change, which Kafka says before that this cannot
/// be changed: also INVALID_REQUEST for operations that there are not, INVALID_CONFIG for those
/// that do not suit their keys.
Result<void> check_operations(std::span<const ConfigChange> changes, ConfigScope scope);

/// `values` with the changes made, each checked against the keys of `scope`; INVALID_CONFIG or
/// INVALID_REQUEST as Kafka answers. APPEND and SUBTRACT start from the value in force.
Result<ConfigValues> apply_changes(ConfigValues values, std::span<const ConfigChange> changes,
                                   ConfigScope scope, const BrokerConfig& broker);

}  // namespace millrace::broker
