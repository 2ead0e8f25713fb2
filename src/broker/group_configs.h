// The configurations of consumer groups, which last longer than the groups: one may be configured
// before it has members.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "broker/config/config_entry.h"
#include "broker/config/group_config.h"
#include "broker/metadata_store.h"

namespace millrace::broker {

/// Safe from any thread. What survives a crash: every change that was answered.
class GroupConfigs {
 public:
  /// `metadata` must outlive this; `config` answers the broker's values in force.
  GroupConfigs(MetadataStore& metadata, std::function<std::shared_ptr<const BrokerConfig>()> config)
      : metadata_(metadata), config_(std::move(config)) {}

  /// The values in force for a group, whether or not it has any of its own.
  GroupConfig get(std::string_view group_id) const;

  /// As DescribeConfigs shows them. invalid_request for the empty name.
  Result<std::vector<ConfigEntry>> describe(std::string_view group_id) const;
  /// All changes or none, lasting. invalid_config, invalid_request.
  Result<void> alter(std::string_view group_id, std::span<const ConfigChange> changes,
                     AlterOptions options = {});

  /// The groups that have values of their own, sorted.
  std::vector<std::string> names() const;

 private:
  Result<ConfigValues> own_values(std::string_view group_id) const;

  MetadataStore& metadata_;
  const std::function<std::shared_ptr<const BrokerConfig>()> config_;
  /// One alteration at a time.
  Mutex alteration_{LockRank::broker_alteration};
};

}  // namespace millrace::broker
