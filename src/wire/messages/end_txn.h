// EndTxn, API key 26: commits or aborts a transaction.
#pragma once

#include <cstdint>
#include <string>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct EndTxnRequest {
  static constexpr int16_t kApiKey = 26;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  std::string transactional_id;
  int64_t producer_id = 0;
  int16_t producer_epoch = 0;
  /// False aborts.
  bool committed = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_id", &EndTxnRequest::transactional_id);
    field("producer_id", &EndTxnRequest::producer_id);
    field("producer_epoch", &EndTxnRequest::producer_epoch);
    field("committed", &EndTxnRequest::committed);
  }
  bool operator==(const EndTxnRequest&) const = default;
};

struct EndTxnResponse {
  static constexpr int16_t kApiKey = 26;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  /// What the producer's next transaction runs under; -1 with an error.
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &EndTxnResponse::throttle_time_ms);
    field("error_code", &EndTxnResponse::error_code);
    field("producer_id", &EndTxnResponse::producer_id, since(5));
    field("producer_epoch", &EndTxnResponse::producer_epoch, since(5));
  }
  bool operator==(const EndTxnResponse&) const = default;
};

}  // namespace millrace::wire
