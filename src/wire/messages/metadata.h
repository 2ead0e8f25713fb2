// Metadata, API key 3: tells brokers, topics and who leads which partition.
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

struct MetadataRequest {
  static constexpr int16_t kApiKey = 3;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 13;
  static constexpr int16_t kFlexibleFrom = 9;

  struct Topic {
    Uuid topic_id;
    /// Null where topic_id names the topic.
    std::optional<std::string> name;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic_id", &Topic::topic_id, since(10));
      field("name", &Topic::name, always().nullable(10));
    }
    bool operator==(const Topic&) const = default;
  };

  /// Null means all topics; so does an empty list in version 0.
  std::optional<std::vector<Topic>> topics;
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &MetadataRequest::topics, always().nullable(1));
    field("allow_auto_topic_creation", &MetadataRequest::allow_auto_topic_creation, since(4));
    field("include_cluster_authorized_operations",
          &MetadataRequest::include_cluster_authorized_operations, between(8, 10));
    field("include_topic_authorized_operations",
          &MetadataRequest::include_topic_authorized_operations, since(8));
  }
  bool operator==(const MetadataRequest&) const = default;
};

struct MetadataResponse {
  static constexpr int16_t kApiKey = 3;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 13;
  static constexpr int16_t kFlexibleFrom = 9;

  struct Broker {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("node_id", &Broker::node_id);
      field("host", &Broker::host);
      field("port", &Broker::port);
      field("rack", &Broker::rack, since(1).nullable());
    }
    bool operator==(const Broker&) const = default;
  };

  struct Partition {
    ErrorCode error_code = ErrorCode::none;
    int32_t partition_index = 0;
    int32_t leader_id = 0;
    int32_t leader_epoch = -1;
    std::vector<int32_t> replica_nodes;
    std::vector<int32_t> isr_nodes;
    std::vector<int32_t> offline_replicas;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Partition::error_code);
      field("partition_index", &Partition::partition_index);
      field("leader_id", &Partition::leader_id);
      field("leader_epoch", &Partition::leader_epoch, since(7));
      field("replica_nodes", &Partition::replica_nodes);
      field("isr_nodes", &Partition::isr_nodes);
      field("offline_replicas", &Partition::offline_replicas, since(5));
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
      field("name", &Topic::name, always().nullable(12));
      field("topic_id", &Topic::topic_id, since(10));
      field("is_internal", &Topic::is_internal, since(1));
      field("partitions", &Topic::partitions);
      field("topic_authorized_operations", &Topic::topic_authorized_operations, since(8));
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Broker> brokers;
  std::optional<std::string> cluster_id;
  int32_t controller_id = -1;
  std::vector<Topic> topics;
  /// A bit per operation the caller may do; the default says it was not asked for.
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();
  /// Of the request as a whole: REBOOTSTRAP_REQUIRED sends the client back to its first addresses.
  ErrorCode error_code = ErrorCode::none;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &MetadataResponse::throttle_time_ms, since(3));
    field("brokers", &MetadataResponse::brokers);
    field("cluster_id", &MetadataResponse::cluster_id, since(2).nullable());
    field("controller_id", &MetadataResponse::controller_id, since(1));
    field("topics", &MetadataResponse::topics);
    field("cluster_authorized_operations", &MetadataResponse::cluster_authorized_operations,
          between(8, 10));
    field("error_code", &MetadataResponse::error_code, since(13));
  }
  bool operator==(const MetadataResponse&) const = default;
};

}  // namespace millrace::wire
