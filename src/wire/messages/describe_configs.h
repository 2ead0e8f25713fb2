// DescribeConfigs, API key 32: reads the configuration of topics and brokers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeConfigsRequest {
  static constexpr int16_t kApiKey = 32;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Resource {
    /// 2: topic, 4: broker.
    int8_t resource_type = 0;
    std::string resource_name;
    /// Null means all.
    std::optional<std::vector<std::string>> configuration_keys;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("resource_type", &Resource::resource_type);
      field("resource_name", &Resource::resource_name);
      field("configuration_keys", &Resource::configuration_keys, always().nullable());
    }
    bool operator==(const Resource&) const = default;
  };

  std::vector<Resource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("resources", &DescribeConfigsRequest::resources);
    field("include_synonyms", &DescribeConfigsRequest::include_synonyms);
    field("include_documentation", &DescribeConfigsRequest::include_documentation, since(3));
  }
  bool operator==(const DescribeConfigsRequest&) const = default;
};

struct DescribeConfigsResponse {
  static constexpr int16_t kApiKey = 32;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Synonym {
    std::string name;
    std::optional<std::string> value;
    int8_t source = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Synonym::name);
      field("value", &Synonym::value, always().nullable());
      field("source", &Synonym::source);
    }
    bool operator==(const Synonym&) const = default;
  };

  struct Config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    /// 1: topic, 2: broker, 3: all brokers, 4: configuration file, 5: default.
    int8_t config_source = -1;
    bool is_sensitive = false;
    std::vector<Synonym> synonyms;
    /// 1: boolean, 2: string, 3: int, 4: short, 5: long, 6: double, 7: list, 8: class, 9: password.
    int8_t config_type = 0;
    std::optional<std::string> documentation;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Config::name);
      field("value", &Config::value, always().nullable());
      field("read_only", &Config::read_only);
      field("config_source", &Config::config_source);
      field("is_sensitive", &Config::is_sensitive);
      field("synonyms", &Config::synonyms);
      field("config_type", &Config::config_type, since(3));
      field("documentation", &Config::documentation, since(3).nullable());
    }
    bool operator==(const Config&) const = default;
  };

  struct Resource {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    int8_t resource_type = 0;
    std::string resource_name;
    std::vector<Config> configs;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Resource::error_code);
      field("error_message", &Resource::error_message, always().nullable());
      field("resource_type", &Resource::resource_type);
      field("resource_name", &Resource::resource_name);
      field("configs", &Resource::configs);
    }
    bool operator==(const Resource&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Resource> results;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeConfigsResponse::throttle_time_ms);
    field("results", &DescribeConfigsResponse::results);
  }
  bool operator==(const DescribeConfigsResponse&) const = default;
};

}  // namespace millrace::wire
