// ElectLeaders, API key 43: has partitions elect their leader anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ElectLeadersRequest {
  static constexpr int16_t kApiKey = 43;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Topic {
    std::string topic;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  /// 0: the preferred replica, 1: any live one where none is in sync.
  int8_t election_type = 0;
  /// Null means all partitions.
  std::optional<std::vector<Topic>> topic_partitions;
  int32_t timeout_ms = 60000;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("election_type", &ElectLeadersRequest::election_type, since(1));
    field("topic_partitions", &ElectLeadersRequest::topic_partitions, always().nullable());
    field("timeout_ms", &ElectLeadersRequest::timeout_ms);
  }
  bool operator==(const ElectLeadersRequest&) const = default;
};

struct ElectLeadersResponse {
  static constexpr int16_t kApiKey = 43;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Partition {
    int32_t partition_id = 0;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_id", &Partition::partition_id);
      field("error_code", &Partition::error_code);
      field("error_message", &Partition::error_message, always().nullable());
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string topic;
    std::vector<Partition> partition_result;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic);
      field("partition_result", &Topic::partition_result);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Topic> replica_election_results;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ElectLeadersResponse::throttle_time_ms);
    field("error_code", &ElectLeadersResponse::error_code, since(1));
    field("replica_election_results", &ElectLeadersResponse::replica_election_results);
  }
  bool operator==(const ElectLeadersResponse&) const = default;
};

}  // namespace millrace::wire
