// DescribeTopicPartitions, API key 75: tells topics and their partitions, page by page (KIP-966).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

/// Where a page begins. It stands outside of both messages because clang makes no optional of a
/// nested struct with defaults.
struct TopicPartitionCursor {
  std::string topic_name;
  int32_t partition_index = 0;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topic_name", &TopicPartitionCursor::topic_name);
    field("partition_index", &TopicPartitionCursor::partition_index);
  }
  bool operator==(const TopicPartitionCursor&) const = default;
};

struct DescribeTopicPartitionsRequest {
  static constexpr int16_t kApiKey = 75;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  struct Topic {
    std::string name;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
    }
    bool operator==(const Topic&) const = default;
  };

  using Cursor = TopicPartitionCursor;

  /// Empty means all topics.
  std::vector<Topic> topics;
  int32_t response_partition_limit = 2000;
  /// Null begins at the first topic.
  std::optional<Cursor> cursor;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &DescribeTopicPartitionsRequest::topics);
    field("response_partition_limit", &DescribeTopicPartitionsRequest::response_partition_limit);
    field("cursor", &DescribeTopicPartitionsRequest::cursor, always().nullable());
  }
  bool operator==(const DescribeTopicPartitionsRequest&) const = default;
};

struct DescribeTopicPartitionsResponse {
  static constexpr int16_t kApiKey = 75;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  struct Partition {
    ErrorCode error_code = ErrorCode::none;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    /// Clients expect it never to be null, nor the two that follow.
    std::optional<std::vector<int32_t>> eligible_leader_replicas;
    std::optional<std::vector<int32_t>> last_known_elr;
    std::vector<int32_t> offline_replicas;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Partition::error_code);
      field("partition_index", &Partition::partition_index);
      field("leader_id", &Partition::leader_id);
      field("leader_epoch", &Partition::leader_epoch);
      field("replica_nodes", &Partition::replica_nodes);
      field("isr_nodes", &Partition::isr_nodes);
      field("eligible_leader_replicas", &Partition::eligible_leader_replicas, always().nullable());
      field("last_known_elr", &Partition::last_known_elr, always().nullable());
      field("offline_replicas", &Partition::offline_replicas);
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name;
    Uuid topic_id;
    bool is_internal = false;
    std::vector<Partition> partitions;
    /// A bit per operation the caller may do; the default says it was not asked for.
    int32_t topic_authorized_operations = std::numeric_limits<int32_t>::min();

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Topic::error_code);
      field("name", &Topic::name, always().nullable());
      field("topic_id", &Topic::topic_id);
      field("is_internal", &Topic::is_internal);
      field("partitions", &Topic::partitions);
      field("topic_authorized_operations", &Topic::topic_authorized_operations);
    }
    bool operator==(const Topic&) const = default;
  };

  using Cursor = TopicPartitionCursor;

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  /// Null where this was the last page.
  std::optional<Cursor> next_cursor;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeTopicPartitionsResponse::throttle_time_ms);
    field("topics", &DescribeTopicPartitionsResponse::topics);
    field("next_cursor", &DescribeTopicPartitionsResponse::next_cursor, always().nullable());
  }
  bool operator==(const DescribeTopicPartitionsResponse&) const = default;
};

}  // namespace millrace::wire
