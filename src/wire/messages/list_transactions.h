// ListTransactions, API key 66: lists the transactional ids that a coordinator knows (KIP-664).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct ListTransactionsRequest {
  static constexpr int16_t kApiKey = 66;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 0;

  /// Only these states; empty means all.
  std::vector<std::string> state_filters;
  /// Only these producers; empty means all.
  std::vector<int64_t> producer_id_filters;
  /// Only what runs longer, in milliseconds; negative means all.
  int64_t duration_filter = -1;
  /// Only ids that this regular expression matches; null and empty mean all.
  std::optional<std::string> transactional_id_pattern;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("state_filters", &ListTransactionsRequest::state_filters);
    field("producer_id_filters", &ListTransactionsRequest::producer_id_filters);
    field("duration_filter", &ListTransactionsRequest::duration_filter, since(1));
    field("transactional_id_pattern", &ListTransactionsRequest::transactional_id_pattern,
          since(2).nullable());
  }
  bool operator==(const ListTransactionsRequest&) const = default;
};

struct ListTransactionsResponse {
  static constexpr int16_t kApiKey = 66;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 0;

  struct TransactionState {
    std::string transactional_id;
    int64_t producer_id = 0;
    std::string transaction_state;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("transactional_id", &TransactionState::transactional_id);
      field("producer_id", &TransactionState::producer_id);
      field("transaction_state", &TransactionState::transaction_state);
    }
    bool operator==(const TransactionState&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  /// Filters of the request that name no state.
  std::vector<std::string> unknown_state_filters;
  std::vector<TransactionState> transaction_states;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &ListTransactionsResponse::throttle_time_ms);
    field("error_code", &ListTransactionsResponse::error_code);
    field("unknown_state_filters", &ListTransactionsResponse::unknown_state_filters);
    field("transaction_states", &ListTransactionsResponse::transaction_states);
  }
  bool operator==(const ListTransactionsResponse&) const = default;
};

}  // namespace millrace::wire
