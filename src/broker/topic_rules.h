// What Kafka accepts as a new topic and as new partitions, and what it says to the rest.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/catalog.h"

namespace millrace::broker {

/// The most partitions of one topic (Kafka's bound for one request).
inline constexpr int32_t kPartitionsMax = 10'000;

/// Topics whose names differ only in '.' and '_' would share metric names; Kafka refuses the
/// second.
std::string collision_key(std::string_view topic);

/// How many partitions the topic will have, with one replica each on `node_id`; or why not.
Result<int32_t> partitions_of(const NewTopic& topic, const BrokerConfig& config, int32_t node_id);

/// Whether a topic of `current` partitions can grow as asked.
Result<void> check_growth(const NewPartitions& request, int32_t current, int32_t node_id);

/// The values as they will be stored, checked; invalid_config as Kafka answers.
Result<ConfigValues> configs_of(const NewTopic& topic);

}  // namespace millrace::broker
