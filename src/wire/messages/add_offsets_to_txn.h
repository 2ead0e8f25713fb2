// AddOffsetsToTxn, API key 25: adds a group's partition of __consumer_offsets to a transaction.
#pragma once

#include <cstdint>
#include <string>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct AddOffsetsToTxnRequest {
  static constexpr int16_t kApiKey = 25;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 3;

  std::string transactional_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  std::string group_id;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_id", &AddOffsetsToTxnRequest::transactional_id);
    field("producer_id", &AddOffsetsToTxnRequest::producer_id);
    field("producer_epoch", &AddOffsetsToTxnRequest::producer_epoch);
    field("group_id", &AddOffsetsToTxnRequest::group_id);
  }
  bool operator==(const AddOffsetsToTxnRequest&) const = default;
};

struct AddOffsetsToTxnResponse {
  static constexpr int16_t kApiKey = 25;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 4;
  static constexpr int16_t kFlexibleFrom = 3;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &AddOffsetsToTxnResponse::throttle_time_ms);
    field("error_code", &AddOffsetsToTxnResponse::error_code);
  }
  bool operator==(const AddOffsetsToTxnResponse&) const = default;
};

}  // namespace millrace::wire
