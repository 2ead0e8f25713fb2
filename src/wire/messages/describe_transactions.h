// DescribeTransactions, API key 65: tells the state of transactional ids (KIP-664).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeTransactionsRequest {
  static constexpr int16_t kApiKey = 65;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

  std::vector<std::string> transactional_ids;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactional_ids", &DescribeTransactionsRequest::transactional_ids);
  }
  bool operator==(const DescribeTransactionsRequest&) const = default;
};

struct DescribeTransactionsResponse {
  static constexpr int16_t kApiKey = 65;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 0;
  static constexpr int16_t kFlexibleFrom = 0;

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

  struct TransactionState {
    ErrorCode error_code = ErrorCode::none;
    std::string transactional_id;
    std::string transaction_state;
    int32_t transaction_timeout_ms = 0;
    /// -1 where no transaction has begun.
    int64_t transaction_start_time_ms = 0;
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    /// Partitions that still need a marker where the transaction is ending.
    std::vector<Topic> topics;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("error_code", &TransactionState::error_code);
      field("transactional_id", &TransactionState::transactional_id);
      field("transaction_state", &TransactionState::transaction_state);
      field("transaction_timeout_ms", &TransactionState::transaction_timeout_ms);
      field("transaction_start_time_ms", &TransactionState::transaction_start_time_ms);
      field("producer_id", &TransactionState::producer_id);
      field("producer_epoch", &TransactionState::producer_epoch);
      field("topics", &TransactionState::topics);
    }
    bool operator==(const TransactionState&) const = default;
  };

  int32_t throttle_time_ms = 0;
  std::vector<TransactionState> transaction_states;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeTransactionsResponse::throttle_time_ms);
    field("transaction_states", &DescribeTransactionsResponse::transaction_states);
  }
  bool operator==(const DescribeTransactionsResponse&) const = default;
};

}  // namespace millrace::wire
