// SyncGroup, API key 14: hands in the leader's assignment and gives each member its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct SyncGroupRequest {
  static constexpr int16_t kApiKey = 14;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Assignment {
    std::string member_id;
    Bytes assignment;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("member_id", &Assignment::member_id);
      field("assignment", &Assignment::assignment);
    }
    bool operator==(const Assignment&) const = default;
  };

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  /// Empty for all but the leader.
  std::vector<Assignment> assignments;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &SyncGroupRequest::group_id);
    field("generation_id", &SyncGroupRequest::generation_id);
    field("member_id", &SyncGroupRequest::member_id);
    field("group_instance_id", &SyncGroupRequest::group_instance_id, since(3).nullable());
    field("protocol_type", &SyncGroupRequest::protocol_type, since(5).nullable());
    field("protocol_name", &SyncGroupRequest::protocol_name, since(5).nullable());
    field("assignments", &SyncGroupRequest::assignments);
  }
  bool operator==(const SyncGroupRequest&) const = default;
};

struct SyncGroupResponse {
  static constexpr int16_t kApiKey = 14;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 4;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Bytes assignment;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &SyncGroupResponse::throttle_time_ms, since(1));
    field("error_code", &SyncGroupResponse::error_code);
    field("protocol_type", &SyncGroupResponse::protocol_type, since(5).nullable());
    field("protocol_name", &SyncGroupResponse::protocol_name, since(5).nullable());
    field("assignment", &SyncGroupResponse::assignment);
  }
  bool operator==(const SyncGroupResponse&) const = default;
};

}  // namespace millrace::wire
