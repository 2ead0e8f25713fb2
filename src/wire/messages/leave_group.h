// LeaveGroup, API key 13: takes members out of a group without waiting for their session to end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct LeaveGroupRequest {
  static constexpr int16_t kApiKey = 13;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Member {
    /// Empty where group_instance_id names the member.
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Member::member_id);
      field("group_instance_id", &Member::group_instance_id, always().nullable());
      field("reason", &Member::reason, since(5).nullable());
    }
    bool operator==(const Member&) const = default;
  };

  std::string group_id;
  /// The one member of the versions that know only one.
  std::string member_id;
  std::vector<Member> members;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &LeaveGroupRequest::group_id);
    field("member_id", &LeaveGroupRequest::member_id, between(0, 2));
    field("members", &LeaveGroupRequest::members, since(3));
  }
  bool operator==(const LeaveGroupRequest&) const = default;
};

struct LeaveGroupResponse {
  static constexpr int16_t kApiKey = 13;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Member {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Member::member_id);
      field("group_instance_id", &Member::group_instance_id, always().nullable());
      field("error_code", &Member::error_code);
    }
    bool operator==(const Member&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Member> members;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &LeaveGroupResponse::throttle_time_ms, since(1));
    field("error_code", &LeaveGroupResponse::error_code);
    field("members", &LeaveGroupResponse::members, since(3));
  }
  bool operator==(const LeaveGroupResponse&) const = default;
};

}  // namespace millrace::wire
