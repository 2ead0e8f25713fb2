// Heartbeat, API key 12: tells the coordinator that a member lives, and the member whether to
// join again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct HeartbeatRequest {
  static constexpr int16_t kApiKey = 12;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  std::string group_id;
  int32_t generation_id = 0;
  std::string member_id;
  std::optional<std::string> group_instance_id;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &HeartbeatRequest::group_id);
    field("generation_id", &HeartbeatRequest::generation_id);
    field("member_id", &HeartbeatRequest::member_id);
    field("group_instance_id", &HeartbeatRequest::group_instance_id, since(3).nullable());
  }
  bool operator==(const HeartbeatRequest&) const = default;
};

struct HeartbeatResponse {
  static constexpr int16_t kApiKey = 12;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &HeartbeatResponse::throttle_time_ms, since(1));
    field("error_code", &HeartbeatResponse::error_code);
  }
  bool operator==(const HeartbeatResponse&) const = default;
};

}  // namespace millrace::wire
