// ListGroups, API key 16: tells which groups there are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ListGroupsRequest {
  static constexpr int16_t kApiKey = 16;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  /// Empty means all.
  std::vector<std::string> states_filter;
  /// Empty means all.
  std::vector<std::string> types_filter;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("states_filter", &ListGroupsRequest::states_filter, since(4));
    field("types_filter", &ListGroupsRequest::types_filter, since(5));
  }
  bool operator==(const ListGroupsRequest&) const = default;
};

struct ListGroupsResponse {
  static constexpr int16_t kApiKey = 16;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  struct Group {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("group_id", &Group::group_id);
      field("protocol_type", &Group::protocol_type);
      field("group_state", &Group::group_state, since(4));
      field("group_type", &Group::group_type, since(5));
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Group> groups;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ListGroupsResponse::throttle_time_ms, since(1));
    field("error_code", &ListGroupsResponse::error_code);
    field("groups", &ListGroupsResponse::groups);
  }
  bool operator==(const ListGroupsResponse&) const = default;
};

}  // namespace millrace::wire
