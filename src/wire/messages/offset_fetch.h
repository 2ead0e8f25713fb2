// OffsetFetch, API key 9: reads a group's stored offsets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct OffsetFetchRequest {
  static constexpr int16_t kApiKey = 9;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 10;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Topic {
    std::string name;
    /// What names the topic from version 10 on.
    Uuid topic_id;
    std::vector<int32_t> partition_indexes;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name, between(0, 9));
      field("topic_id", &Topic::topic_id, since(10));
      field("partition_indexes", &Topic::partition_indexes);
    }
    bool operator==(const Topic&) const = default;
  };

  /// From version 8 on one request asks about several groups.
  struct Group {
    std::string group_id;
    /// Null and -1 unless a member of the consumer protocol asks (KIP-848).
    std::optional<std::string> member_id;
    int32_t member_epoch = -1;
    /// Null means all topics with offsets.
    std::optional<std::vector<Topic>> topics;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("group_id", &Group::group_id);
      field("member_id", &Group::member_id, since(9).nullable());
      field("member_epoch", &Group::member_epoch, since(9));
      field("topics", &Group::topics, always().nullable());
    }
    bool operator==(const Group&) const = default;
  };

  std::string group_id;
  /// Null means all topics with offsets.
  std::optional<std::vector<Topic>> topics;
  std::vector<Group> groups;
  /// Answer UNSTABLE_OFFSET_COMMIT where a transaction may still change the offset.
  bool require_stable = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &OffsetFetchRequest::group_id, between(1, 7));
    field("topics", &OffsetFetchRequest::topics, between(1, 7).nullable(2));
    field("groups", &OffsetFetchRequest::groups, since(8));
    field("require_stable", &OffsetFetchRequest::require_stable, since(7));
  }
  bool operator==(const OffsetFetchRequest&) const = default;
};

struct OffsetFetchResponse {
  static constexpr int16_t kApiKey = 9;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 10;
  static constexpr int16_t kFlexibleFrom = 6;

  struct Partition {
    int32_t partition_index = 0;
    /// -1 where none is stored.
    int64_t committed_offset = 0;
    int32_t committed_leader_epoch = -1;
    std::optional<std::string> metadata;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("committed_offset", &Partition::committed_offset);
      field("committed_leader_epoch", &Partition::committed_leader_epoch, since(5));
      field("metadata", &Partition::metadata, always().nullable());
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

  struct Group {
    std::string group_id;
    std::vector<Topic> topics;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("group_id", &Group::group_id);
      field("topics", &Group::topics);
      field("error_code", &Group::error_code);
    }
    bool operator==(const Group&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Group> groups;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &OffsetFetchResponse::throttle_time_ms, since(3));
    field("topics", &OffsetFetchResponse::topics, between(1, 7));
    field("error_code", &OffsetFetchResponse::error_code, between(2, 7));
    field("groups", &OffsetFetchResponse::groups, since(8));
  }
  bool operator==(const OffsetFetchResponse&) const = default;
};

}  // namespace millrace::wire
