// DeleteTopics, API key 20: deletes topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DeleteTopicsRequest {
  static constexpr int16_t kApiKey = 20;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Topic {
    /// Null where topic_id names the topic.
    std::optional<std::string> name;
    Uuid topic_id;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, always().nullable());
      field("topic_id", &Topic::topic_id);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  std::vector<std::string> topic_names;
  int32_t timeout_ms = 0;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &DeleteTopicsRequest::topics, since(6));
    field("topic_names", &DeleteTopicsRequest::topic_names, between(1, 5));
    field("timeout_ms", &DeleteTopicsRequest::timeout_ms);
  }
  bool operator==(const DeleteTopicsRequest&) const = default;
};

struct DeleteTopicsResponse {
  static constexpr int16_t kApiKey = 20;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Topic {
    std::optional<std::string> name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, always().nullable(6));
      field("topic_id", &Topic::topic_id, since(6));
      field("error_code", &Topic::error_code);
      field("error_message", &Topic::error_message, since(5).nullable());
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> responses;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DeleteTopicsResponse::throttle_time_ms);
    field("responses", &DeleteTopicsResponse::responses);
  }
  bool operator==(const DeleteTopicsResponse&) const = default;
};

}  // namespace millrace::wire
