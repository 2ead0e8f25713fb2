// WriteTxnMarkers, API key 27: ends transactions in the logs of their partitions. Sent by
// coordinators, and by administrators to end a transaction that hangs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct WriteTxnMarkersRequest {
  static constexpr int16_t kApiKey = 27;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 1;

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

  struct Marker {
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    /// True commits, false aborts.
    bool transaction_result = false;
    std::vector<Topic> topics;
    /// Leader epoch of the coordinator's partition of __transaction_state.
    int32_t coordinator_epoch = 0;
    /// The level of transaction.version that the transaction ran under.
    int8_t transaction_version = 0;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("producer_id", &Marker::producer_id);
      field("producer_epoch", &Marker::producer_epoch);
      field("transaction_result", &Marker::transaction_result);
      field("topics", &Marker::topics);
      field("coordinator_epoch", &Marker::coordinator_epoch);
      field("transaction_version", &Marker::transaction_version, since(2));
    }
    bool operator==(const Marker&) const = default;
  };

  std::vector<Marker> markers;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("markers", &WriteTxnMarkersRequest::markers);
  }
  bool operator==(const WriteTxnMarkersRequest&) const = default;
};

struct WriteTxnMarkersResponse {
  static constexpr int16_t kApiKey = 27;
  static constexpr int16_t kVersionMin = 1;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 1;

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

  struct Marker {
    int64_t producer_id = 0;
    std::vector<Topic> topics;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("producer_id", &Marker::producer_id);
      field("topics", &Marker::topics);
    }
    bool operator==(const Marker&) const = default;
  };

  std::vector<Marker> markers;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("markers", &WriteTxnMarkersResponse::markers);
  }
  bool operator==(const WriteTxnMarkersResponse&) const = default;
};

}  // namespace millrace::wire
