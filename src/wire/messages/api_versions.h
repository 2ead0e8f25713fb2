// ApiVersions, API key 18: tells which requests, in which versions, the broker serves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ApiVersionsRequest {
  static constexpr int16_t kApiKey = 18;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 3;

  std::string client_software_name;
  std::string client_software_version;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("client_software_name", &ApiVersionsRequest::client_software_name, since(3));
    field("client_software_version", &ApiVersionsRequest::client_software_version, since(3));
  }
  bool operator==(const ApiVersionsRequest&) const = default;
};

/// Version 0 is what a broker answers, with UNSUPPORTED_VERSION, to a version it does not know.
struct ApiVersionsResponse {
  static constexpr int16_t kApiKey = 18;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 3;

  struct ApiVersion {
    int16_t api_key = 0;
    int16_t min_version = 0;
    int16_t max_version = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("api_key", &ApiVersion::api_key);
      field("min_version", &ApiVersion::min_version);
      field("max_version", &ApiVersion::max_version);
    }
    bool operator==(const ApiVersion&) const = default;
  };

  struct SupportedFeature {
    std::string name;
    int16_t min_version = 0;
    int16_t max_version = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &SupportedFeature::name);
      field("min_version", &SupportedFeature::min_version);
      field("max_version", &SupportedFeature::max_version);
    }
    bool operator==(const SupportedFeature&) const = default;
  };

  struct FinalizedFeature {
    std::string name;
    int16_t max_version_level = 0;
    int16_t min_version_level = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &FinalizedFeature::name);
      field("max_version_level", &FinalizedFeature::max_version_level);
      field("min_version_level", &FinalizedFeature::min_version_level);
    }
    bool operator==(const FinalizedFeature&) const = default;
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<ApiVersion> api_keys;
  int32_t throttle_time_ms = 0;
  std::vector<SupportedFeature> supported_features;
  /// -1 where nothing is known about finalized features.
  int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeature> finalized_features;
  bool zk_migration_ready = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("error_code", &ApiVersionsResponse::error_code);
    field("api_keys", &ApiVersionsResponse::api_keys);
    field("throttle_time_ms", &ApiVersionsResponse::throttle_time_ms, since(1));
    field("supported_features", &ApiVersionsResponse::supported_features, since(3).tagged(0));
    field("finalized_features_epoch", &ApiVersionsResponse::finalized_features_epoch,
          since(3).tagged(1));
    field("finalized_features", &ApiVersionsResponse::finalized_features, since(3).tagged(2));
    field("zk_migration_ready", &ApiVersionsResponse::zk_migration_ready, since(3).tagged(3));
  }
  bool operator==(const ApiVersionsResponse&) const = default;
};

}  // namespace millrace::wire
