// JoinGroup, API key 11: enters a group and waits for the round in which all members join.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct JoinGroupRequest {
  static constexpr int16_t kApiKey = 11;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 9;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Protocol {
    std::string name;
    Bytes metadata;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Protocol::name);
      field("metadata", &Protocol::metadata);
    }
    bool operator==(const Protocol&) const = default;
  };

  std::string group_id;
  int32_t session_timeout_ms = 0;
  /// Where it is not sent, session_timeout_ms counts.
  int32_t rebalance_timeout_ms = -1;
  /// Empty until the coordinator has given one.
  std::string member_id;
  /// Set by static members (KIP-345).
  std::optional<std::string> group_instance_id;
  std::string protocol_type;
  /// In order of preference.
  std::vector<Protocol> protocols;
  std::optional<std::string> reason;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &JoinGroupRequest::group_id);
    field("session_timeout_ms", &JoinGroupRequest::session_timeout_ms);
    field("rebalance_timeout_ms", &JoinGroupRequest::rebalance_timeout_ms, since(1));
    field("member_id", &JoinGroupRequest::member_id);
    field("group_instance_id", &JoinGroupRequest::group_instance_id, since(5).nullable());
    field("protocol_type", &JoinGroupRequest::protocol_type);
    field("protocols", &JoinGroupRequest::protocols);
    field("reason", &JoinGroupRequest::reason, since(8).nullable());
  }
  bool operator==(const JoinGroupRequest&) const = default;
};

struct JoinGroupResponse {
  static constexpr int16_t kApiKey = 11;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 9;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    Bytes metadata;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Member::member_id);
      field("group_instance_id", &Member::group_instance_id, since(5).nullable());
      field("metadata", &Member::metadata);
    }
    bool operator==(const Member&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  int32_t generation_id = -1;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  /// The leader is told the members but must not assign: the assignment stands.
  bool skip_assignment = false;
  std::string member_id;
  /// Empty for all but the leader.
  std::vector<Member> members;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &JoinGroupResponse::throttle_time_ms, since(2));
    field("error_code", &JoinGroupResponse::error_code);
    field("generation_id", &JoinGroupResponse::generation_id);
    field("protocol_type", &JoinGroupResponse::protocol_type, since(7).nullable());
    field("protocol_name", &JoinGroupResponse::protocol_name, always().nullable(7));
    field("leader", &JoinGroupResponse::leader);
    field("skip_assignment", &JoinGroupResponse::skip_assignment, since(9));
    field("member_id", &JoinGroupResponse::member_id);
    field("members", &JoinGroupResponse::members);
  }
  bool operator==(const JoinGroupResponse&) const = default;
};

}  // namespace millrace::wire
