// ConsumerGroupHeartbeat, API key 68: keeps a member of a consumer group alive and reconciles what
// it owns with what it should own (KIP-848).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ConsumerGroupHeartbeatRequest {
  static constexpr int16_t kApiKey = 68;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic_id", &TopicPartitions::topic_id);
      field("partitions", &TopicPartitions::partitions);
    }
    bool operator==(const TopicPartitions&) const = default;
  };

  std::string group_id;
  std::string member_id;
  /// 0 joins, -1 leaves, -2 leaves for a while as a static member.
  int32_t member_epoch = 0;
  /// Here and below null, or -1, says: as in the heartbeat before.
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  /// How long the member may take to give partitions up.
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::vector<std::string>> subscribed_topic_names;
  std::optional<std::string> subscribed_topic_regex;
  /// The broker's assignor that the member would like.
  std::optional<std::string> server_assignor;
  /// What the member owns.
  std::optional<std::vector<TopicPartitions>> topic_partitions;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &ConsumerGroupHeartbeatRequest::group_id);
    field("member_id", &ConsumerGroupHeartbeatRequest::member_id);
    field("member_epoch", &ConsumerGroupHeartbeatRequest::member_epoch);
    field("instance_id", &ConsumerGroupHeartbeatRequest::instance_id, always().nullable());
    field("rack_id", &ConsumerGroupHeartbeatRequest::rack_id, always().nullable());
    field("rebalance_timeout_ms", &ConsumerGroupHeartbeatRequest::rebalance_timeout_ms);
    field("subscribed_topic_names", &ConsumerGroupHeartbeatRequest::subscribed_topic_names,
          always().nullable());
    field("subscribed_topic_regex", &ConsumerGroupHeartbeatRequest::subscribed_topic_regex,
          since(1).nullable());
    field("server_assignor", &ConsumerGroupHeartbeatRequest::server_assignor, always().nullable());
    field("topic_partitions", &ConsumerGroupHeartbeatRequest::topic_partitions,
          always().nullable());
  }
  bool operator==(const ConsumerGroupHeartbeatRequest&) const = default;
};

struct ConsumerGroupHeartbeatResponse {
  static constexpr int16_t kApiKey = 68;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic_id", &TopicPartitions::topic_id);
      field("partitions", &TopicPartitions::partitions);
    }
    bool operator==(const TopicPartitions&) const = default;
  };

  struct Assignment {
    std::vector<TopicPartitions> topic_partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic_partitions", &Assignment::topic_partitions);
    }
    bool operator==(const Assignment&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::optional<std::string> member_id;
  int32_t member_epoch = 0;
  int32_t heartbeat_interval_ms = 0;
  /// Null where it is as it was.
  std::optional<Assignment> assignment;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ConsumerGroupHeartbeatResponse::throttle_time_ms);
    field("error_code", &ConsumerGroupHeartbeatResponse::error_code);
    field("error_message", &ConsumerGroupHeartbeatResponse::error_message, always().nullable());
    field("member_id", &ConsumerGroupHeartbeatResponse::member_id, always().nullable());
    field("member_epoch", &ConsumerGroupHeartbeatResponse::member_epoch);
    field("heartbeat_interval_ms", &ConsumerGroupHeartbeatResponse::heartbeat_interval_ms);
    field("assignment", &ConsumerGroupHeartbeatResponse::assignment, always().nullable());
  }
  bool operator==(const ConsumerGroupHeartbeatResponse&) const = default;
};

}  // namespace millrace::wire
