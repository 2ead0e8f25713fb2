// IncrementalAlterConfigs, API key 44: changes single keys of configurations (KIP-339).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct IncrementalAlterConfigsRequest {
  static constexpr int16_t kApiKey = 44;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 1;

  struct Config {
    std::string name;
    /// 0: set, 1: delete, 2: append to the list, 3: take from the list.
    int8_t config_operation = 0;
    std::optional<std::string> value;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Config::name);
      field("config_operation", &Config::config_operation);
      field("value", &Config::value, always().nullable());
    }
    bool operator==(const Config&) const = default;
  };

  struct Resource {
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("resource_type", &Resource::resource_type);
      field("resource_name", &Resource::resource_name);
      field("configs", &Resource::configs);
    }
    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool validate_only = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("resources", &IncrementalAlterConfigsRequest::resources);
    field("validate_only", &IncrementalAlterConfigsRequest::validate_only);
  }
  bool operator==(const IncrementalAlterConfigsRequest&) const = default;
};

struct IncrementalAlterConfigsResponse {
  static constexpr int16_t kApiKey = 44;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 1;

  struct Resource {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    int8_t resource_type = 0;
    std::string resource_name;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Resource::error_code);
      field("error_message", &Resource::error_message, always().nullable());
      field("resource_type", &Resource::resource_type);
      field("resource_name", &Resource::resource_name);
    }
    bool operator==(const Resource&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Resource> responses;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &IncrementalAlterConfigsResponse::throttle_time_ms);
    field("responses", &IncrementalAlterConfigsResponse::responses);
  }
  bool operator==(const IncrementalAlterConfigsResponse&) const = default;
};

}  // namespace millrace::wire
