// FindCoordinator, API key 10: tells which broker coordinates a group or a transactional id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct FindCoordinatorRequest {
  static constexpr int16_t kApiKey = 10;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 3;

  /// A group or a transactional id.
  std::string key;
  /// 0: group, 1: transactional id, 2: partition of a share group.
  int8_t key_type = 0;
  std::vector<std::string> coordinator_keys;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("key", &FindCoordinatorRequest::key, between(0, 3));
    field("key_type", &FindCoordinatorRequest::key_type, since(1));
    field("coordinator_keys", &FindCoordinatorRequest::coordinator_keys, since(4));
  }
  bool operator==(const FindCoordinatorRequest&) const = default;
};

struct FindCoordinatorResponse {
  static constexpr int16_t kApiKey = 10;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 6;
  static constexpr int16_t kFlexibleFrom = 3;

  /// The answer for one of several keys, from version 4 on.
  struct Coordinator {
    std::string key;
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("key", &Coordinator::key);
      field("node_id", &Coordinator::node_id);
      field("host", &Coordinator::host);
      field("port", &Coordinator::port);
      field("error_code", &Coordinator::error_code);
      field("error_message", &Coordinator::error_message, always().nullable());
    }
    bool operator==(const Coordinator&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  int32_t node_id = 0;
  std::string host;
  int32_t port = 0;
  std::vector<Coordinator> coordinators;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &FindCoordinatorResponse::throttle_time_ms, since(1));
    field("error_code", &FindCoordinatorResponse::error_code, between(0, 3));
    field("error_message", &FindCoordinatorResponse::error_message, between(1, 3).nullable());
    field("node_id", &FindCoordinatorResponse::node_id, between(0, 3));
    field("host", &FindCoordinatorResponse::host, between(0, 3));
    field("port", &FindCoordinatorResponse::port, between(0, 3));
    field("coordinators", &FindCoordinatorResponse::coordinators, since(4));
  }
  bool operator==(const FindCoordinatorResponse&) const = default;
};

}  // namespace millrace::wire
