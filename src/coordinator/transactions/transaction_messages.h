// Requests and answers about transactions. Free of the wire's versions; handlers translate.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/transactions/transaction.h"
#include "millrace/error_code.h"

namespace millrace::coordinator {

struct InitProducerRequest {
  /// Empty is invalid_request.
  std::string transactional_id;
  int32_t timeout_ms = 0;
  /// What the client had, KIP-360; nothing where it begins anew.
  std::optional<ProducerIdentity> expected;
};

struct InitProducerResponse {
  ErrorCode error = ErrorCode::none;
  ProducerIdentity producer = {};
};

struct AddPartitionsRequest {
  std::string transactional_id;
  ProducerIdentity producer;
  TransactionPartitions partitions;
  TransactionVersion version = TransactionVersion::v1;
};

/// Whether partitions are in the producer's transaction, asked for a client of version 1, which
/// adds them itself.
struct VerifyPartitionsRequest {
  std::string transactional_id;
  ProducerIdentity producer;
  TransactionPartitions partitions;
};
/// transaction_abortable for a partition that is not.
using VerifiedPartitions = std::map<TransactionPartition, ErrorCode>;

struct EndTransactionRequest {
  std::string transactional_id;
  ProducerIdentity producer;
  bool is_commit = false;
  TransactionVersion version = TransactionVersion::v1;
};

struct EndTransactionResponse {
  ErrorCode error = ErrorCode::none;
  /// What the producer goes on with; version 2.
  ProducerIdentity producer = {};
};

struct DescribedTransaction {
  ErrorCode error = ErrorCode::none;
  /// Only the id counts where there is an error.
  Transaction transaction;
};

struct ListTransactionsRequest {
  /// Kafka's names of states; empty: all.
  std::vector<std::string> states;
  std::vector<ProducerId> producer_ids;
  /// Only those that have been going on for longer; negative: all.
  int64_t duration_ms_min = -1;
  /// A regular expression that the whole transactional id matches; empty: all.
  std::string id_pattern;
};

struct ListTransactionsResponse {
  ErrorCode error = ErrorCode::none;
  std::vector<std::string> unknown_states;
  std::vector<Transaction> transactions;
};

}  // namespace millrace::coordinator
