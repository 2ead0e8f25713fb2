// OffsetDelete, API key 47: forgets single offsets of a group (KIP-496).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct OffsetDeleteRequest {
  static constexpr int16_t kApiKey = 47;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = kEveryLaterVersion;

  struct Partition {
    int32_t partition_index = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
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

  std::string group_id;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("group_id", &OffsetDeleteRequest::group_id);
    field("topics", &OffsetDeleteRequest::topics);
  }
  bool operator==(const OffsetDeleteRequest&) const = default;
};

struct OffsetDeleteResponse {
  static constexpr int16_t kApiKey = 47;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = kEveryLaterVersion;

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

  ErrorCode error_code = ErrorCode::none;
  int32_t throttle_time_ms = 0;
  std::vector<Topic> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("error_code", &OffsetDeleteResponse::error_code);
    field("throttle_time_ms", &OffsetDeleteResponse::throttle_time_ms);
    field("topics", &OffsetDeleteResponse::topics);
  }
  bool operator==(const OffsetDeleteResponse&) const = default;
};

}  // namespace millrace::wire
