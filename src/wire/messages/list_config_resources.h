// ListConfigResources, API key 74: lists the resources that have a configuration (KIP-1142).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ListConfigResourcesRequest {
  static constexpr int16_t kApiKey = 74;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  /// Empty means every type; version 0 lists client metrics only.
  std::vector<int8_t> resource_types;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("resource_types", &ListConfigResourcesRequest::resource_types, since(1));
  }
  bool operator==(const ListConfigResourcesRequest&) const = default;
};

struct ListConfigResourcesResponse {
  static constexpr int16_t kApiKey = 74;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 1;
  static constexpr int16_t kFlexibleFrom = 0;

  struct ConfigResource {
    std::string resource_name;
    int8_t resource_type = 16;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("resource_name", &ConfigResource::resource_name);
      field("resource_type", &ConfigResource::resource_type, since(1));
    }
    bool operator==(const ConfigResource&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<ConfigResource> config_resources;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ListConfigResourcesResponse::throttle_time_ms);
    field("error_code", &ListConfigResourcesResponse::error_code);
    field("config_resources", &ListConfigResourcesResponse::config_resources);
  }
  bool operator==(const ListConfigResourcesResponse&) const = default;
};

}  // namespace millrace::wire
