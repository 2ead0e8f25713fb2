// What consumers of the classic protocol tell each other through the coordinator: subscriptions and
// assignments (Kafka's ConsumerProtocol).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "coordinator/consumer/consumer_records.h"
#include "coordinator/consumer/topic_view.h"

namespace millrace::coordinator {

/// Partitions by the topic's name.
using NamedPartitions = std::map<std::string, std::set<int32_t>>;

struct ConsumerSubscription {
  int16_t version = 0;
  std::set<std::string> topics;
  /// Versions 1 and later.
  NamedPartitions owned;
  /// Version 3 and later; nothing where empty.
  std::optional<std::string> rack_id;
};

struct ConsumerAssignment {
  NamedPartitions partitions;
  /// An assignor of the client's own left something for the next time.
  bool has_user_data = false;
};

/// Nothing where the bytes are not that. Versions from the future are read as the newest known.
std::optional<ConsumerSubscription> parse_subscription(ByteView metadata);
/// Empty bytes are an empty assignment.
std::optional<ConsumerAssignment> parse_assignment(ByteView bytes);
Bytes encode_assignment(int16_t version, const NamedPartitions& partitions);

/// Topics that do not exist are left out.
PartitionSets with_ids(const NamedPartitions& partitions, const TopicView& topics);
template <class Partitions>
NamedPartitions with_names(const Partitions& partitions, const TopicView& topics) {
  NamedPartitions named;
  for (const auto& [id, numbers] : partitions) {
    const auto topic = topics.find_topic(id);
    if (!topic) continue;
    for (const auto& number : numbers) {
      if constexpr (requires { number.first; }) {
        named[topic->name].insert(number.first);
      } else {
        named[topic->name].insert(number);
      }
    }
  }
  return named;
}

}  // namespace millrace::coordinator
