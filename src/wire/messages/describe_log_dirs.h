// DescribeLogDirs, API key 35: tells what lies in the log directories and how large it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeLogDirsRequest {
  static constexpr int16_t kApiKey = 35;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Topic {
    std::string topic;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("topic", &Topic::topic);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  /// Null means all topics.
  std::optional<std::vector<Topic>> topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("topics", &DescribeLogDirsRequest::topics, always().nullable());
  }
  bool operator==(const DescribeLogDirsRequest&) const = default;
};

struct DescribeLogDirsResponse {
  static constexpr int16_t kApiKey = 35;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 2;

  struct Partition {
    int32_t partition_index = 0;
    int64_t partition_size = 0;
    /// How far the log's end is behind the high watermark; 0 on a leader.
    int64_t offset_lag = 0;
    /// A copy that is on its way to another directory.
    bool is_future_key = false;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("partition_size", &Partition::partition_size);
      field("offset_lag", &Partition::offset_lag);
      field("is_future_key", &Partition::is_future_key);
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

  /// One log directory.
  struct Result {
    ErrorCode error_code = ErrorCode::none;
    std::string log_dir;
    std::vector<Topic> topics;
    /// Of the volume that the directory lies on; -1 where unknown.
    int64_t total_bytes = -1;
    int64_t usable_bytes = -1;
    /// True where nothing new is placed.
    bool is_cordoned = false;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &Result::error_code);
      field("log_dir", &Result::log_dir);
      field("topics", &Result::topics);
      field("total_bytes", &Result::total_bytes, since(4));
      field("usable_bytes", &Result::usable_bytes, since(4));
      field("is_cordoned", &Result::is_cordoned, since(5));
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Result> results;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeLogDirsResponse::throttle_time_ms);
    field("error_code", &DescribeLogDirsResponse::error_code, since(3));
    field("results", &DescribeLogDirsResponse::results);
  }
  bool operator==(const DescribeLogDirsResponse&) const = default;
};

}  // namespace millrace::wire
