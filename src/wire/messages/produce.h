// Produce, API key 0: appends record batches to partitions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"
#include "wire/values.h"

namespace millrace::wire {

struct ProduceRequest {
  static constexpr int16_t kApiKey = 0;
  static constexpr int16_t kVersionMin = 3;
  static constexpr int16_t kVersionMax = 13;
  static constexpr int16_t kFlexibleFrom = 9;

  struct Partition {
    int32_t index = 0;
    std::optional<RecordsView> records;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("index", &Partition::index);
      field("records", &Partition::records, always().nullable());
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string name;
    /// What names the topic from version 13 on.
    Uuid topic_id;
    std::vector<Partition> partition_data;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, between(0, 12));
      field("topic_id", &Topic::topic_id, since(13));
      field("partition_data", &Topic::partition_data);
    }
    bool operator==(const Topic&) const = default;
  };

  std::optional<std::string> transactional_id;
  /// 0: no answer at all, 1: written, -1: as durable as the topic promises.
  int16_t acks = 0;
  /// How long the producer will wait for acks=-1.
  int32_t timeout_ms = 0;
  std::vector<Topic> topic_data;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_id", &ProduceRequest::transactional_id, always().nullable());
    field("acks", &ProduceRequest::acks);
    field("timeout_ms", &ProduceRequest::timeout_ms);
    field("topic_data", &ProduceRequest::topic_data);
  }
  bool operator==(const ProduceRequest&) const = default;
};

/// Never sent for acks=0.
struct ProduceResponse {
  static constexpr int16_t kApiKey = 0;
  static constexpr int16_t kVersionMin = 3;
  static constexpr int16_t kVersionMax = 13;
  static constexpr int16_t kFlexibleFrom = 9;

  struct RecordError {
    int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("batch_index", &RecordError::batch_index);
      field("batch_index_error_message", &RecordError::batch_index_error_message,
            always().nullable());
    }
    bool operator==(const RecordError&) const = default;
  };

  struct LeaderIdAndEpoch {
    int32_t leader_id = -1;
    int32_t leader_epoch = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("leader_id", &LeaderIdAndEpoch::leader_id);
      field("leader_epoch", &LeaderIdAndEpoch::leader_epoch);
    }
    bool operator==(const LeaderIdAndEpoch&) const = default;
  };

  struct Partition {
    int32_t index = 0;
    ErrorCode error_code = ErrorCode::none;
    int64_t base_offset = 0;
    /// The broker's time where it stamps the records itself (LogAppendTime), else -1.
    int64_t log_append_time_ms = -1;
    int64_t log_start_offset = -1;
    /// The records because of which the batch was refused.
    std::vector<RecordError> record_errors;
    std::optional<std::string> error_message;
    /// Where to write instead, with NOT_LEADER_OR_FOLLOWER.
    LeaderIdAndEpoch current_leader;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("index", &Partition::index);
      field("error_code", &Partition::error_code);
      field("base_offset", &Partition::base_offset);
      field("log_append_time_ms", &Partition::log_append_time_ms);
      field("log_start_offset", &Partition::log_start_offset, since(5));
      field("record_errors", &Partition::record_errors, since(8));
      field("error_message", &Partition::error_message, since(8).nullable());
      field("current_leader", &Partition::current_leader, since(10).tagged(0));
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string name;
    Uuid topic_id;
    std::vector<Partition> partition_responses;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, between(0, 12));
      field("topic_id", &Topic::topic_id, since(13));
      field("partition_responses", &Topic::partition_responses);
    }
    bool operator==(const Topic&) const = default;
  };

  struct NodeEndpoint {
    int32_t node_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("node_id", &NodeEndpoint::node_id);
      field("host", &NodeEndpoint::host);
      field("port", &NodeEndpoint::port);
      field("rack", &NodeEndpoint::rack, always().nullable());
    }
    bool operator==(const NodeEndpoint&) const = default;
  };

  std::vector<Topic> responses;
  int32_t throttle_time_ms = 0;
  /// Of the leaders that partitions name.
  std::vector<NodeEndpoint> node_endpoints;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("responses", &ProduceResponse::responses);
    field("throttle_time_ms", &ProduceResponse::throttle_time_ms);
    field("node_endpoints", &ProduceResponse::node_endpoints, since(10).tagged(0));
  }
  bool operator==(const ProduceResponse&) const = default;
};

}  // namespace millrace::wire
