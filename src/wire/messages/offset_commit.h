// OffsetCommit, API key 8: stores a group's offsets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct OffsetCommitRequest {
  static constexpr int16_t kApiKey = 8;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 10;
  static constexpr int16_t kFlexibleFrom = 8;

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
      field("committed_leader_epoch", &Partition::committed_leader_epoch, since(6));
      field("committed_metadata", &Partition::committed_metadata, always().nullable());
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string name;
    /// What names the topic from version 10 on.
    Uuid topic_id;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, between(0, 9));
      field("topic_id", &Topic::topic_id, since(10));
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  std::string group_id;
  /// -1 where the offsets are not those of a member.
  int32_t generation_id_or_member_epoch = -1;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  /// -1: as the broker is configured. Newer versions leave it to the broker.
  int64_t retention_time_ms = -1;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &OffsetCommitRequest::group_id);
    field("generation_id_or_member_epoch", &OffsetCommitRequest::generation_id_or_member_epoch);
    field("member_id", &OffsetCommitRequest::member_id);
    field("group_instance_id", &OffsetCommitRequest::group_instance_id, since(7).nullable());
    field("retention_time_ms", &OffsetCommitRequest::retention_time_ms, between(2, 4));
    field("topics", &OffsetCommitRequest::topics);
  }
  bool operator==(const OffsetCommitRequest&) const = default;
};

struct OffsetCommitResponse {
  static constexpr int16_t kApiKey = 8;
  static constexpr int16_t kVersionMin = 2;
  static constexpr int16_t kVersionMax = 10;
  static constexpr int16_t kFlexibleFrom = 8;

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
    Uuid topic_id;
    std::vector<Partition> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, between(0, 9));
      field("topic_id", &Topic::topic_id, since(10));
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &OffsetCommitResponse::throttle_time_ms, since(3));
    field("topics", &OffsetCommitResponse::topics);
  }
  bool operator==(const OffsetCommitResponse&) const = default;
};

}  // namespace millrace::wire
