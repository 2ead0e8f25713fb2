// AddPartitionsToTxn, API key 24: adds partitions to transactions, or asks whether they are in
// them (KIP-890).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct AddPartitionsToTxnRequest {
  static constexpr int16_t kApiKey = 24;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  struct Topic {
    std::string name;
    std::vector<int32_t> partitions;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("partitions", &Topic::partitions);
    }
    bool operator==(const Topic&) const = default;
  };

  /// From version 4 on, which only brokers send, one request names several transactions.
  struct Transaction {
    std::string transactional_id;
    int64_t producer_id = 0;
    int16_t producer_epoch = 0;
    /// Ask whether the partitions are part of the transaction, add nothing.
    bool verify_only = false;
    std::vector<Topic> topics;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("transactional_id", &Transaction::transactional_id);
      field("producer_id", &Transaction::producer_id);
      field("producer_epoch", &Transaction::producer_epoch);
      field("verify_only", &Transaction::verify_only);
      field("topics", &Transaction::topics);
    }
    bool operator==(const Transaction&) const = default;
  };

  std::vector<Transaction> transactions;
  /// The one transaction of a client's request.
  std::string v3_and_below_transactional_id;
  int64_t v3_and_below_producer_id = 0;
  int16_t v3_and_below_producer_epoch = 0;
  std::vector<Topic> v3_and_below_topics;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("transactions", &AddPartitionsToTxnRequest::transactions, since(4));
    field("v3_and_below_transactional_id",
          &AddPartitionsToTxnRequest::v3_and_below_transactional_id, between(0, 3));
    field("v3_and_below_producer_id", &AddPartitionsToTxnRequest::v3_and_below_producer_id,
          between(0, 3));
    field("v3_and_below_producer_epoch", &AddPartitionsToTxnRequest::v3_and_below_producer_epoch,
          between(0, 3));
    field("v3_and_below_topics", &AddPartitionsToTxnRequest::v3_and_below_topics, between(0, 3));
  }
  bool operator==(const AddPartitionsToTxnRequest&) const = default;
};

struct AddPartitionsToTxnResponse {
  static constexpr int16_t kApiKey = 24;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 5;
  static constexpr int16_t kFlexibleFrom = 3;

  struct Partition {
    int32_t partition_index = 0;
    ErrorCode partition_error_code = ErrorCode::none;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("partition_index", &Partition::partition_index);
      field("partition_error_code", &Partition::partition_error_code);
    }
    bool operator==(const Partition&) const = default;
  };

  struct Topic {
    std::string name;
    std::vector<Partition> results_by_partition;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("name", &Topic::name);
      field("results_by_partition", &Topic::results_by_partition);
    }
    bool operator==(const Topic&) const = default;
  };

  /// The answer for one of several transactions.
  struct Result {
    std::string transactional_id;
    std::vector<Topic> topic_results;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("transactional_id", &Result::transactional_id);
      field("topic_results", &Result::topic_results);
    }
    bool operator==(const Result&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<Result> results_by_transaction;
  std::vector<Topic> results_by_topic_v3_and_below;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &AddPartitionsToTxnResponse::throttle_time_ms);
    field("error_code", &AddPartitionsToTxnResponse::error_code, since(4));
    field("results_by_transaction", &AddPartitionsToTxnResponse::results_by_transaction, since(4));
    field("results_by_topic_v3_and_below",
          &AddPartitionsToTxnResponse::results_by_topic_v3_and_below, between(0, 3));
  }
  bool operator==(const AddPartitionsToTxnResponse&) const = default;
};

}  // namespace millrace::wire
