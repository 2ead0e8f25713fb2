// DescribeProducers, API key 61: tells what partitions know of their producers (KIP-664).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeProducersRequest {
  static constexpr int16_t kApiKey = 61;
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

  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &DescribeProducersRequest::topics);
  }
  bool operator==(const DescribeProducersRequest&) const = default;
};

struct DescribeProducersResponse {
  static constexpr int16_t kApiKey = 61;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  struct ProducerState {
    int64_t producer_id = 0;
    int32_t producer_epoch = 0;
    int32_t last_sequence = -1;
    int64_t last_timestamp = -1;
    /// Of the last transaction marker, or -1.
    int32_t coordinator_epoch = 0;
    /// -1 where no transaction is open.
    int64_t current_txn_start_offset = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("producer_id", &ProducerState::producer_id);
      field("producer_epoch", &ProducerState::producer_epoch);
      field("last_sequence", &ProducerState::last_sequence);
      field("last_timestamp", &ProducerState::last_timestamp);
      field("coordinator_epoch", &ProducerState::coordinator_epoch);
      field("current_txn_start_offset", &ProducerState::current_txn_start_offset);
    }
    bool operator==(const ProducerState&) const = default;
  };

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::vector<ProducerState> active_producers;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("error_code", &Partition::error_code);
      field("error_message", &Partition::error_message, always().nullable());
      field("active_producers", &Partition::active_producers);
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
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeProducersResponse::throttle_time_ms);
    field("topics", &DescribeProducersResponse::topics);
  }
  bool operator==(const DescribeProducersResponse&) const = default;
};

}  // namespace millrace::wire
