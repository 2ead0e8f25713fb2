// TxnOffsetCommit, API key 28: stores a group's offsets as part of a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct TxnOffsetCommitRequest {
  static constexpr int16_t kApiKey = 28;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  struct Partition {
    int32_t partition_index = 0;
    int64_t committed_offset = 0;
    /// Epoch of the last record consumed, or -1.
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> committed_metadata;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("committed_offset", &Partition::committed_offset);
      field("committed_leader_epoch", &Partition::committed_leader_epoch, since(2));
      field("committed_metadata", &Partition::committed_metadata, always().nullable());
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

  std::string transactional_id;
  std::string group_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  /// -1 where the offsets are not those of a member.
  int32_t generation_id = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_id", &TxnOffsetCommitRequest::transactional_id);
    field("group_id", &TxnOffsetCommitRequest::group_id);
    field("producer_id", &TxnOffsetCommitRequest::producer_id);
    field("producer_epoch", &TxnOffsetCommitRequest::producer_epoch);
    field("generation_id", &TxnOffsetCommitRequest::generation_id, since(3));
    field("member_id", &TxnOffsetCommitRequest::member_id, since(3));
    field("group_instance_id", &TxnOffsetCommitRequest::group_instance_id, since(3).nullable());
    field("topics", &TxnOffsetCommitRequest::topics);
  }
  bool operator==(const TxnOffsetCommitRequest&) const = default;
};

struct TxnOffsetCommitResponse {
  static constexpr int16_t kApiKey = 28;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("error_code", &Partition::error_code);
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
    field("throttle_time_ms", &TxnOffsetCommitResponse::throttle_time_ms);
    field("topics", &TxnOffsetCommitResponse::topics);
  }
  bool operator==(const TxnOffsetCommitResponse&) const = default;
};

}  // namespace millrace::wire
