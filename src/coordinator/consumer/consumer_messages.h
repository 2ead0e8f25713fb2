// Requests and answers of the consumer protocol (KIP-848). Free of the wire's versions; handlers
// translate.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/consumer/consumer_records.h"
#include "millrace/error_code.h"

namespace millrace::coordinator {

/// Epochs by which a member says what it wants.
inline constexpr int32_t kJoinEpoch = 0;
inline constexpr int32_t kLeaveEpoch = -1;
/// Of a static member that will be back under another id.
inline constexpr int32_t kStaticLeaveEpoch = -2;

/// Where a field is null the member has nothing new to tell.
struct ConsumerHeartbeatRequest {
  std::string group_id;
  std::string member_id;
  int32_t member_epoch = kJoinEpoch;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::set<std::string>> subscribed_topics;
  std::optional<std::string> subscribed_regex;
  std::optional<std::string> server_assignor;
  /// The partitions that the member owns.
  std::optional<PartitionSets> owned;
  std::string client_id;
  /// The peer's address as Kafka prints it, for instance "/127.0.0.1".
  std::string client_host;
  /// ConsumerGroupHeartbeat v1 and later: members choose their own ids.
  bool brings_member_id = false;
};

struct ConsumerHeartbeatResponse {
  ErrorCode error = ErrorCode::none;
  std::optional<std::string> error_message;
  /// Null on errors.
  std::optional<std::string> member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  /// What the member may use from now on; null where that did not change.
  std::optional<PartitionSets> assignment;
};

struct DescribedTopicPartitions {
  Uuid topic_id;
  std::string topic;
  std::vector<int32_t> partitions;
};

struct DescribedConsumerMember {
  std::string member_id;
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  int32_t member_epoch = 0;
  std::string client_id;
  std::string client_host;
  std::vector<std::string> subscribed_topics;
  std::string subscribed_regex;
  /// Without topics that are deleted.
  std::vector<DescribedTopicPartitions> assignment;
  std::vector<DescribedTopicPartitions> target;
  bool uses_classic_protocol = false;
};

struct DescribedConsumerGroup {
  ErrorCode error = ErrorCode::none;
  std::optional<std::string> error_message;
  std::string group_id;
  /// Empty on errors.
  std::string state;
  int32_t epoch = 0;
  int32_t target_epoch = 0;
  std::string assignor;
  std::vector<DescribedConsumerMember> members;
};

}  // namespace millrace::coordinator
