// DeleteGroups, API key 42: forgets groups with their offsets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DeleteGroupsRequest {
  static constexpr int16_t kApiKey = 42;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  std::vector<std::string> groups_names;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("groups_names", &DeleteGroupsRequest::groups_names);
  }
  bool operator==(const DeleteGroupsRequest&) const = default;
};

struct DeleteGroupsResponse {
  static constexpr int16_t kApiKey = 42;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Group {
    std::string group_id;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("group_id", &Group::group_id);
      field("error_code", &Group::error_code);
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Group> results;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DeleteGroupsResponse::throttle_time_ms);
    field("results", &DeleteGroupsResponse::results);
  }
  bool operator==(const DeleteGroupsResponse&) const = default;
};

}  // namespace millrace::wire
