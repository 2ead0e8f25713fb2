// ListOffsets, API key 2: finds offsets by time, and the first and last ones of partitions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ListOffsetsRequest {
  static constexpr int16_t kApiKey = 2;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 11;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Partition {
    int32_t partition_index = 0;
    int32_t current_leader_epoch = -1;
    /// Milliseconds; -1: latest, -2: earliest, -3: the record with the largest timestamp, -4 to -6:
    /// the ends of what lies on the broker's own disk and in tiered storage.
    int64_t timestamp = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("current_leader_epoch", &Partition::current_leader_epoch, since(4));
      field("timestamp", &Partition::timestamp);
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

  /// -1 for consumers.
  int32_t replica_id = 0;
  int8_t isolation_level = 0;
  std::vector<Topic> topics;
  /// How long the client waits where the broker has to ask tiered storage.
  int32_t timeout_ms = 0;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("replica_id", &ListOffsetsRequest::replica_id);
    field("isolation_level", &ListOffsetsRequest::isolation_level, since(2));
    field("topics", &ListOffsetsRequest::topics);
    field("timeout_ms", &ListOffsetsRequest::timeout_ms, since(10));
  }
  bool operator==(const ListOffsetsRequest&) const = default;
};

struct ListOffsetsResponse {
  static constexpr int16_t kApiKey = 2;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 11;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    int64_t timestamp = -1;
    /// -1 where no record is that young.
    int64_t offset = -1;
    int32_t leader_epoch = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("error_code", &Partition::error_code);
      field("timestamp", &Partition::timestamp);
      field("offset", &Partition::offset);
      field("leader_epoch", &Partition::leader_epoch, since(4));
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
    field("throttle_time_ms", &ListOffsetsResponse::throttle_time_ms, since(2));
    field("topics", &ListOffsetsResponse::topics);
  }
  bool operator==(const ListOffsetsResponse&) const = default;
};

}  // namespace millrace::wire
