// ConsumerGroupDescribe, API key 69: tells state and members of consumer groups (KIP-848).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ConsumerGroupDescribeRequest {
  static constexpr int16_t kApiKey = 69;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  std::vector<std::string> group_ids;
  bool include_authorized_operations = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_ids", &ConsumerGroupDescribeRequest::group_ids);
    field("include_authorized_operations",
          &ConsumerGroupDescribeRequest::include_authorized_operations);
  }
  bool operator==(const ConsumerGroupDescribeRequest&) const = default;
};

struct ConsumerGroupDescribeResponse {
  static constexpr int16_t kApiKey = 69;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  struct TopicPartitions {
    Uuid topic_id;
    std::string topic_name;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic_id", &TopicPartitions::topic_id);
      field("topic_name", &TopicPartitions::topic_name);
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

  struct Member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::optional<std::string> rack_id;
    int32_t member_epoch = 0;
    std::string client_id;
    std::string client_host;
    std::vector<std::string> subscribed_topic_names;
    std::optional<std::string> subscribed_topic_regex;
    /// What the member owns.
    Assignment assignment;
    /// What it will own once all members have followed.
    Assignment target_assignment;
    /// -1: unknown, 0: of the classic protocol, 1: of the consumer protocol.
    int8_t member_type = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Member::member_id);
      field("instance_id", &Member::instance_id, always().nullable());
      field("rack_id", &Member::rack_id, always().nullable());
      field("member_epoch", &Member::member_epoch);
      field("client_id", &Member::client_id);
      field("client_host", &Member::client_host);
      field("subscribed_topic_names", &Member::subscribed_topic_names);
      field("subscribed_topic_regex", &Member::subscribed_topic_regex, always().nullable());
      field("assignment", &Member::assignment);
      field("target_assignment", &Member::target_assignment);
      field("member_type", &Member::member_type, since(1));
    }
    bool operator==(const Member&) const = default;
  };

  struct Group {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    int32_t group_epoch = 0;
    /// The group epoch that the target assignment was made for.
    int32_t assignment_epoch = 0;
    std::string assignor_name;
    std::vector<Member> members;
    /// A bit per operation the caller may do; the default says it was not asked for.
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Group::error_code);
      field("error_message", &Group::error_message, always().nullable());
      field("group_id", &Group::group_id);
      field("group_state", &Group::group_state);
      field("group_epoch", &Group::group_epoch);
      field("assignment_epoch", &Group::assignment_epoch);
      field("assignor_name", &Group::assignor_name);
      field("members", &Group::members);
      field("authorized_operations", &Group::authorized_operations);
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ConsumerGroupDescribeResponse::throttle_time_ms);
    field("groups", &ConsumerGroupDescribeResponse::groups);
  }
  bool operator==(const ConsumerGroupDescribeResponse&) const = default;
};

}  // namespace millrace::wire
