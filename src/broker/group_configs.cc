#include "broker/group_configs.h"

#include "base/log.h"
#include "base/try.h"
#include "broker/metadata_records.h"

namespace millrace::broker {

Result<ConfigValues> GroupConfigs::own_values(std::string_view group_id) const {
  const auto stored = metadata_.get(group_config_key(group_id));
  if (!stored) return ConfigValues();
  return decode_config(stored->value);
}

GroupConfig GroupConfigs::get(std::string_view group_id) const {
  auto own = own_values(group_id);
  if (!own) log::warn("configuration of group ", group_id, ": ", own.error().to_string());
  return GroupConfig::from(own ? *own : ConfigValues(), *config_());
}

Result<std::vector<ConfigEntry>> GroupConfigs::describe(std::string_view group_id) const {
  if (group_id.empty()) {
    return kafka_error(ErrorCode::invalid_request, "Group name must not be empty");
  }
  MILL_TRY(const auto own, own_values(group_id));
  return describe_group_config(own, *config_());
}

Result<void> GroupConfigs::alter(std::string_view group_id, std::span<const ConfigChange> changes,
                                 AlterOptions options) {
  MILL_CHECK(check_operations(changes, ConfigScope::group));
  if (group_id.empty()) {
    return kafka_error(ErrorCode::invalid_request, "Default group resources are not allowed.");
  }
  const auto broker = config_();
  const MutexLock lock(alteration_);
  ConfigValues before;
  if (!options.replace) {
    MILL_TRY(before, own_values(group_id));
  }
  MILL_TRY(const auto values,
           apply_changes(std::move(before), changes, ConfigScope::group, *broker));
  MILL_CHECK(check_group_config(values, *broker));
  if (options.validate_only) return {};
  const std::string key = group_config_key(group_id);
  const auto stored = metadata_.get(key);
  MetadataTransaction transaction{.guards = {{key, stored ? stored->revision : 0}}};
  if (values.empty()) {
    if (!stored) return {};
    transaction.deletes = {key};
  } else {
    transaction.puts = {{key, encode_config(values)}};
  }
  MILL_CHECK(metadata_.commit(transaction));
  return {};
}

std::vector<std::string> GroupConfigs::names() const {
  std::vector<std::string> names;
  for (const auto& entry : metadata_.list(kGroupConfigPrefix)) {
    names.push_back(entry.key.substr(kGroupConfigPrefix.size()));
  }
  return names;
}

}  // namespace millrace::broker
