// TransactionCoordinator: transactions as Apache Kafka 4.x coordinates them (KIP-98, KIP-360,
// KIP-890).
//
// A transactional id is a small state machine, a fold over one partition of `__transaction_state`
// (docs/formats/transaction_state.md). A decision to commit or abort is durable before its first
// marker is written, and the markers before the transaction counts as complete: after a crash
// load() takes every decision to its end.
//
// Threads: any thread may call anything. Replies come once for each call, on the calling thread or
// later from a timer or a sync thread; never with a lock held. A reply that tells of success comes
// when the log is durable.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/timers.h"
#include "coordinator/reply.h"
#include "coordinator/transactions/transaction_log.h"
#include "coordinator/transactions/transaction_messages.h"
#include "millrace/clock.h"

namespace millrace::coordinator {

/// The broker configuration that transactions look at, under Kafka's names and defaults.
struct TransactionConfig {
  /// transaction.max.timeout.ms
  int32_t timeout_ms_max = 900'000;
  /// transactional.id.expiration.ms
  int64_t id_expiration_ms = int64_t{7} * 24 * 60 * 60 * 1000;
  /// transaction.remove.expired.transaction.cleanup.interval.ms
  int64_t expiry_check_interval_ms = 3'600'000;
};

/// What load() found.
struct TransactionLoadSummary {
  int64_t record_count = 0;
  int64_t transactional_id_count = 0;
  /// Decided before the last end of the process; their markers are written now.
  int64_t unfinished_count = 0;
};

class TransactionCore;

class TransactionCoordinator {
 public:
  /// `log`, `clock` and `timers` must outlive the coordinator.
  TransactionCoordinator(const TransactionConfig& config, TransactionLog& log, const Clock& clock,
                         Timers& timers);
  /// Replies that still wait are dropped, not called: the connections are closed by then.
  ~TransactionCoordinator();
  TransactionCoordinator(const TransactionCoordinator&) = delete;
  TransactionCoordinator& operator=(const TransactionCoordinator&) = delete;

  /// Replays every partition of `__transaction_state`. Blocks while it reads; consumer groups must
  /// be loaded before, because markers may end transactions on them. A partition that cannot be
  /// read stays unloaded and is logged.
  TransactionLoadSummary load();

  /// Creates `__transaction_state` where it does not exist yet.
  [[nodiscard]] ErrorCode find_coordinator();

  /// An id and epoch that fence whoever had the transactional id before. An open transaction is
  /// aborted first. Errors: invalid_request, invalid_transaction_timeout, producer_fenced,
  /// concurrent_transactions, and those of the log.
  void init_producer(InitProducerRequest request, Reply<InitProducerResponse> reply);
  /// Errors: invalid_request, invalid_producer_id_mapping, producer_fenced,
  /// concurrent_transactions, and those of the log.
  void add_partitions(AddPartitionsRequest request, Reply<ErrorCode> reply);
  void verify_partitions(VerifyPartitionsRequest request, Reply<VerifiedPartitions> reply);
  /// Answered when the decision is durable; markers follow. Errors: those of add_partitions and
  /// invalid_txn_state.
  void end(EndTransactionRequest request, Reply<EndTransactionResponse> reply);

  /// transactional_id_not_found, invalid_request for an empty id.
  [[nodiscard]] DescribedTransaction describe(const std::string& transactional_id) const;
  /// coordinator_load_in_progress, invalid_regular_expression.
  [[nodiscard]] ListTransactionsResponse list(const ListTransactionsRequest& request) const;

 private:
  std::shared_ptr<TransactionCore> core_;
};

}  // namespace millrace::coordinator
