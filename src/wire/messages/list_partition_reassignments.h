// ListPartitionReassignments, API key 46: lists the partitions that are moving between brokers
// (KIP-455).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ListPartitionReassignmentsRequest {
  static constexpr int16_t kApiKey = 46;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  struct Topic {
    std::string name;
    std::vector<int32_t> partition_indexes;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("partition_indexes", &Topic::partition_indexes);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t timeout_ms = 60000;
  /// Null means all that move.
  std::optional<std::vector<Topic>> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("timeout_ms", &ListPartitionReassignmentsRequest::timeout_ms);
    field("topics", &ListPartitionReassignmentsRequest::topics, always().nullable());
  }
  bool operator==(const ListPartitionReassignmentsRequest&) const = default;
};

struct ListPartitionReassignmentsResponse {
  static constexpr int16_t kApiKey = 46;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  struct Partition {
    int32_t partition_index = 0;
    std::vector<int32_t> replicas;
    std::vector<int32_t> adding_replicas;
    std::vector<int32_t> removing_replicas;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("replicas", &Partition::replicas);
      field("adding_replicas", &Partition::adding_replicas);
      field("removing_replicas", &Partition::removing_replicas);
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ListPartitionReassignmentsResponse::throttle_time_ms);
    field("error_code", &ListPartitionReassignmentsResponse::error_code);
    field("error_message", &ListPartitionReassignmentsResponse::error_message, always().nullable());
    field("topics", &ListPartitionReassignmentsResponse::topics);
  }
  bool operator==(const ListPartitionReassignmentsResponse&) const = default;
};

}  // namespace millrace::wire
