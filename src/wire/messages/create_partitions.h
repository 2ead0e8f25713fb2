// CreatePartitions, API key 37: adds partitions to topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct CreatePartitionsRequest {
  static constexpr int16_t kApiKey = 37;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 3;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Assignment {
    std::vector<int32_t> broker_ids;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("broker_ids", &Assignment::broker_ids);
    }
    bool operator==(const Assignment&) const = default;
  };

  struct Topic {
    std::string name;
    /// How many there are to be in total.
    int32_t count = 0;
    /// Null where the broker places the new partitions.
    std::optional<std::vector<Assignment>> assignments;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("count", &Topic::count);
      field("assignments", &Topic::assignments, always().nullable());
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;
  bool validate_only = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &CreatePartitionsRequest::topics);
    field("timeout_ms", &CreatePartitionsRequest::timeout_ms);
    field("validate_only", &CreatePartitionsRequest::validate_only);
  }
  bool operator==(const CreatePartitionsRequest&) const = default;
};

struct CreatePartitionsResponse {
  static constexpr int16_t kApiKey = 37;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 3;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Topic {
    std::string name;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("error_code", &Topic::error_code);
      field("error_message", &Topic::error_message, always().nullable());
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> results;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &CreatePartitionsResponse::throttle_time_ms);
    field("results", &CreatePartitionsResponse::results);
  }
  bool operator==(const CreatePartitionsResponse&) const = default;
};

}  // namespace millrace::wire
