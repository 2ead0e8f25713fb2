// A topic as its readers see it: immutable, replaced when the topic changes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "base/uuid.h"
#include "broker/config/broker_config.h"

namespace millrace::broker {

class Partition;

struct Topic {
  std::string name;
  Uuid id;
  /// True of __consumer_offsets and __transaction_state.
  bool internal = false;
  /// Set on this topic, as text.
  ConfigValues config;
  /// By partition number; never null.
  std::vector<std::shared_ptr<Partition>> partitions;

  int32_t partition_count() const { return static_cast<int32_t>(partitions.size()); }
  /// The partition, or nullptr where there is none of that number.
  std::shared_ptr<Partition> partition(PartitionId number) const {
    if (number.value() < 0 || number.value() >= partition_count()) return nullptr;
    return partitions[static_cast<size_t>(number.value())];
  }
};

using TopicPtr = std::shared_ptr<const Topic>;

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";
inline constexpr std::string_view kTransactionTopic = "__transaction_state";
bool is_internal_topic(std::string_view name);

/// INVALID_TOPIC_EXCEPTION with Kafka's sentence where `name` cannot name a topic.
Result<void> check_topic_name(const std::string& name);

}  // namespace millrace::broker
