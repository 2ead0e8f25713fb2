// AlterConfigs, API key 33: replaces configurations as a whole. Deprecated since KIP-339; some
// clients know no other way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct AlterConfigsRequest {
  static constexpr int16_t kApiKey = 33;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Config {
    std::string name;
    std::optional<std::string> value;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Config::name);
      field("value", &Config::value, always().nullable());
    }
    bool operator==(const Config&) const = default;
  };

  struct Resource {
    int8_t resource_type = 0;
    std::string resource_name;
    /// Keys that are not named return to their defaults.
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
    field("resources", &AlterConfigsRequest::resources);
    field("validate_only", &AlterConfigsRequest::validate_only);
  }
  bool operator==(const AlterConfigsRequest&) const = default;
};

struct AlterConfigsResponse {
  static constexpr int16_t kApiKey = 33;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

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
    field("throttle_time_ms", &AlterConfigsResponse::throttle_time_ms);
    field("responses", &AlterConfigsResponse::responses);
  }
  bool operator==(const AlterConfigsResponse&) const = default;
};

}  // namespace millrace::wire
