// What consumers tell each other through their group: subscriptions and assignments, in the format
// of Kafka's consumers (ConsumerProtocolSubscription, ConsumerProtocolAssignment).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/topic_partition.h"
#include "millrace/result.h"

namespace millrace::client {

inline constexpr const char* kConsumerProtocolType = "consumer";

/// What a member tells the leader of its group.
struct MemberSubscription {
  std::vector<std::string> topics;
  /// What the member's assignor adds.
  std::optional<Bytes> user_data = std::nullopt;
  /// What the member has as it joins; nothing with the eager protocol (KIP-429).
  std::vector<TopicPartition> owned = {};
  /// In which it got that; -1 where it does not say (KIP-792).
  int32_t generation = -1;

  bool operator==(const MemberSubscription&) const = default;
};

/// Version 3, which clients of older versions read as far as they know it, with topics and
/// partitions in order and no rack.
Bytes encode_subscription(MemberSubscription subscription);
/// Of any version: what a newer one adds is left. Members may claim a version without its fields,
/// as some do. `malformed` where the bytes are no subscription.
Result<MemberSubscription> decode_subscription(ByteView bytes);

Bytes encode_assignment(const std::vector<TopicPartition>& partitions);
/// No bytes are an empty assignment.
Result<std::vector<TopicPartition>> decode_assignment(ByteView bytes);

}  // namespace millrace::client
