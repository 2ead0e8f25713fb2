// CreateTopics, API key 19: creates topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct CreateTopicsRequest {
  static constexpr int16_t kApiKey = 19;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 7;
  static constexpr int16_t kFlexibleFrom = 5;

  struct Assignment {
    int32_t partition_index = 0;
    std::vector<int32_t> broker_ids;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Assignment::partition_index);
      field("broker_ids", &Assignment::broker_ids);
    }
    bool operator==(const Assignment&) const = default;
  };

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

  struct Topic {
    std::string name;
    /// -1: the broker's default, or assignments say it.
    int32_t num_partitions = 0;
    /// -1: the broker's default, or assignments say it.
    int16_t replication_factor = 0;
    /// Where the caller places the replicas itself.
    std::vector<Assignment> assignments;
    std::vector<Config> configs;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("num_partitions", &Topic::num_partitions);
      field("replication_factor", &Topic::replication_factor);
      field("assignments", &Topic::assignments);
      field("configs", &Topic::configs);
    }
    bool operator==(const Topic&) const = default;
  };

  std::vector<Topic> topics;
  int32_t timeout_ms = 60000;
  bool validate_only = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &CreateTopicsRequest::topics);
    field("timeout_ms", &CreateTopicsRequest::timeout_ms);
    field("validate_only", &CreateTopicsRequest::validate_only);
  }
  bool operator==(const CreateTopicsRequest&) const = default;
};

struct CreateTopicsResponse {
  static constexpr int16_t kApiKey = 19;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 7;
  static constexpr int16_t kFlexibleFrom = 5;

  struct Config {
    std::string name;
    std::optional<std::string> value;
    bool read_only = false;
    int8_t config_source = -1;
    bool is_sensitive = false;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Config::name);
      field("value", &Config::value, always().nullable());
      field("read_only", &Config::read_only);
      field("config_source", &Config::config_source);
      field("is_sensitive", &Config::is_sensitive);
    }
    bool operator==(const Config&) const = default;
  };

  struct Topic {
    std::string name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    /// Why the configuration is not told.
    ErrorCode topic_config_error_code = ErrorCode::none;
    int32_t num_partitions = -1;
    int16_t replication_factor = -1;
    std::optional<std::vector<Config>> configs;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("topic_id", &Topic::topic_id, since(7));
      field("error_code", &Topic::error_code);
      field("error_message", &Topic::error_message, always().nullable());
      field("topic_config_error_code", &Topic::topic_config_error_code, since(5).tagged(0));
      field("num_partitions", &Topic::num_partitions, since(5));
      field("replication_factor", &Topic::replication_factor, since(5));
      field("configs", &Topic::configs, since(5).nullable());
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &CreateTopicsResponse::throttle_time_ms);
    field("topics", &CreateTopicsResponse::topics);
  }
  bool operator==(const CreateTopicsResponse&) const = default;
};

}  // namespace millrace::wire
