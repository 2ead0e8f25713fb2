// InitProducerId, API key 22: gives a producer the id and epoch under which it numbers its
// batches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct InitProducerIdRequest {
  static constexpr int16_t kApiKey = 22;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 2;

  /// Null for a producer that is idempotent only.
  std::optional<std::string> transactional_id;
  int32_t transaction_timeout_ms = 0;
  /// The id the producer has, -1 for the first time.
  int64_t producer_id = -1;
  int16_t producer_epoch = -1;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_id", &InitProducerIdRequest::transactional_id, always().nullable());
    field("transaction_timeout_ms", &InitProducerIdRequest::transaction_timeout_ms);
    field("producer_id", &InitProducerIdRequest::producer_id, since(3));
    field("producer_epoch", &InitProducerIdRequest::producer_epoch, since(3));
  }
  bool operator==(const InitProducerIdRequest&) const = default;
};

struct InitProducerIdResponse {
  static constexpr int16_t kApiKey = 22;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 2;

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  int64_t producer_id = -1;
  int16_t producer_epoch = 0;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &InitProducerIdResponse::throttle_time_ms);
    field("error_code", &InitProducerIdResponse::error_code);
    field("producer_id", &InitProducerIdResponse::producer_id);
    field("producer_epoch", &InitProducerIdResponse::producer_epoch);
  }
  bool operator==(const InitProducerIdResponse&) const = default;
};

}  // namespace millrace::wire
