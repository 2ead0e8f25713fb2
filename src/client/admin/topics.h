// Topics and their configuration, as tasks of a gateway. Each takes its parameters by value, for
// they may outlive the caller; what is changed is not asked for twice.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/gateway.h"

namespace millrace::client {

Task<Result<void>> create_topic(Gateway& gateway, NewTopic topic, SteadyTime deadline);
Task<Result<void>> delete_topic(Gateway& gateway, std::string name, SteadyTime deadline);
Task<Result<void>> add_partitions(Gateway& gateway, std::string topic, int32_t count,
                                  SteadyTime deadline);
Task<Result<std::map<TopicPartition, int64_t>>> delete_records(
    Gateway& gateway, std::map<TopicPartition, int64_t> before, SteadyTime deadline);

/// What is configured, by the numbers of the protocol.
enum class ResourceKind : int8_t { topic = 2, broker = 4 };

Task<Result<std::vector<ConfigValue>>> describe_config(Gateway& gateway, ResourceKind kind,
                                                       std::string name, SteadyTime deadline);
Task<Result<void>> alter_config(Gateway& gateway, ResourceKind kind, std::string name,
                                ConfigEdits edits, SteadyTime deadline);

}  // namespace millrace::client
