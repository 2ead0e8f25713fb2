// Creating, deleting and changing topics and their configuration.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "client/cluster.h"
#include "millrace/admin.h"

namespace millrace::client {

/// Each function answers once the controller has, with its error for that topic. They are not
/// repeated after a lost connection where the broker may already have done the work: a second try
/// would tell of a failure that is none.
Result<void> create_topic(Cluster& cluster, const NewTopic& topic, CallLimits limits);
Result<void> delete_topic(Cluster& cluster, const std::string& name, CallLimits limits);
/// `count` is the number afterwards.
Result<void> add_partitions(Cluster& cluster, const std::string& topic, int32_t count,
                            CallLimits limits);

/// All values in force, by name.
Result<std::vector<ConfigValue>> describe_topic_config(Cluster& cluster, const std::string& topic,
                                                       CallLimits limits);

/// All edits or none.
Result<void> alter_topic_config(Cluster& cluster, const std::string& topic,
                                const ConfigEdits& edits, CallLimits limits);

}  // namespace millrace::client
