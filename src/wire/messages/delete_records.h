// DeleteRecords, API key 21: moves the start of partitions forward.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DeleteRecordsRequest {
  static constexpr int16_t kApiKey = 21;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Partition {
    int32_t partition_index = 0;
    /// The new start; -1 means the high watermark.
    int64_t offset = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("offset", &Partition::offset);
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

  std::vector<Topic> topics;
  int32_t timeout_ms = 0;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &DeleteRecordsRequest::topics);
    field("timeout_ms", &DeleteRecordsRequest::timeout_ms);
  }
  bool operator==(const DeleteRecordsRequest&) const = default;
};

struct DeleteRecordsResponse {
  static constexpr int16_t kApiKey = 21;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Partition {
    int32_t partition_index = 0;
    /// The start of the log now.
    int64_t low_watermark = 0;
    ErrorCode error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("low_watermark", &Partition::low_watermark);
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
    field("throttle_time_ms", &DeleteRecordsResponse::throttle_time_ms);
    field("topics", &DeleteRecordsResponse::topics);
  }
  bool operator==(const DeleteRecordsResponse&) const = default;
};

}  // namespace millrace::wire
