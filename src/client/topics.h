// Creating, deleting and changing topics and their configuration.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "client/cluster.h"

namespace millrace::client {

using ConfigMap = std::map<std::string, std::string>;

struct NewTopic {
  std::string name;
  /// -1: as the broker is configured.
  int32_t partitions = -1;
  int16_t replication_factor = -1;
  ConfigMap configs;
};

/// Each function answers once the controller has, with its error for that topic. They are not
/// repeated after a lost connection where the broker may already have done the work: a second try
/// would tell of a failure that is none.
Result<void> create_topic(Cluster& cluster, const NewTopic& topic, CallLimits limits);
Result<void> delete_topic(Cluster& cluster, const std::string& name, CallLimits limits);
/// `count` is the number afterwards.
Result<void> add_partitions(Cluster& cluster, const std::string& topic, int32_t count,
                            CallLimits limits);

struct TopicConfigValue {
  std::string name;
  std::optional<std::string> value;
  /// Set for this topic, not inherited.
  bool own = false;
};

/// All values in force, by name.
Result<std::vector<TopicConfigValue>> describe_topic_config(Cluster& cluster,
                                                            const std::string& topic,
                                                            CallLimits limits);

struct ConfigEdits {
  ConfigMap set;
  /// Back to the inherited value.
  std::vector<std::string> unset;
};
/// All edits or none.
Result<void> alter_topic_config(Cluster& cluster, const std::string& topic,
                                const ConfigEdits& edits, CallLimits limits);

}  // namespace millrace::client
