// OffsetForLeaderEpoch, API key 23: tells where the records of a leader epoch end (KIP-320).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct OffsetForLeaderEpochRequest {
  static constexpr int16_t kApiKey = 23;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  struct Partition {
    int32_t partition = 0;
    int32_t current_leader_epoch = -1;
    /// The epoch whose end is asked for.
    int32_t leader_epoch = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition", &Partition::partition);
      field("current_leader_epoch", &Partition::current_leader_epoch);
      field("leader_epoch", &Partition::leader_epoch);
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string topic;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  /// -1 for consumers; -2 where the version does not send it.
  int32_t replica_id = -2;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("replica_id", &OffsetForLeaderEpochRequest::replica_id, since(3));
    field("topics", &OffsetForLeaderEpochRequest::topics);
  }
  bool operator==(const OffsetForLeaderEpochRequest&) const = default;
};

struct OffsetForLeaderEpochResponse {
  static constexpr int16_t kApiKey = 23;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 4;

  struct EpochEndOffset {
    ErrorCode error_code = ErrorCode::none;
    int32_t partition = 0;
    /// The largest known epoch that is not above the one asked for.
    int32_t leader_epoch = -1;
    int64_t end_offset = -1;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &EpochEndOffset::error_code);
      field("partition", &EpochEndOffset::partition);
      field("leader_epoch", &EpochEndOffset::leader_epoch);
      field("end_offset", &EpochEndOffset::end_offset);
    }
    bool operator==(const EpochEndOffset&) const = default;
  };

  struct Topic {
    std::string topic;
    std::vector<EpochEndOffset> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &OffsetForLeaderEpochResponse::throttle_time_ms);
    field("topics", &OffsetForLeaderEpochResponse::topics);
  }
  bool operator==(const OffsetForLeaderEpochResponse&) const = default;
};

}  // namespace millrace::wire
