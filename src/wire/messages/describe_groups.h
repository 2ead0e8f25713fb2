// DescribeGroups, API key 15: tells state and members of groups.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeGroupsRequest {
  static constexpr int16_t kApiKey = 15;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 5;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("groups", &DescribeGroupsRequest::groups);
    field("include_authorized_operations", &DescribeGroupsRequest::include_authorized_operations,
          since(3));
  }
  bool operator==(const DescribeGroupsRequest&) const = default;
};

struct DescribeGroupsResponse {
  static constexpr int16_t kApiKey = 15;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 5;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::string client_id;
    std::string client_host;
    Bytes member_metadata;
    Bytes member_assignment;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Member::member_id);
      field("group_instance_id", &Member::group_instance_id, since(4).nullable());
      field("client_id", &Member::client_id);
      field("client_host", &Member::client_host);
      field("member_metadata", &Member::member_metadata);
      field("member_assignment", &Member::member_assignment);
    }
    bool operator==(const Member&) const = default;
  };

  struct Group {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    /// The protocol that was chosen, for consumers the name of the assignor.
    std::string protocol_data;
    std::vector<Member> members;
    /// A bit per operation the caller may do; the default says it was not asked for.
    int32_t authorized_operations = std::numeric_limits<int32_t>::min();

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Group::error_code);
      field("error_message", &Group::error_message, since(6).nullable());
      field("group_id", &Group::group_id);
      field("group_state", &Group::group_state);
      field("protocol_type", &Group::protocol_type);
      field("protocol_data", &Group::protocol_data);
      field("members", &Group::members);
      field("authorized_operations", &Group::authorized_operations, since(3));
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> groups;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeGroupsResponse::throttle_time_ms, since(1));
    field("groups", &DescribeGroupsResponse::groups);
  }
  bool operator==(const DescribeGroupsResponse&) const = default;
};

}  // namespace millrace::wire
