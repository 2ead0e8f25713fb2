// TransactionCore: what stands behind TransactionCoordinator. One file per subject implements it:
// transaction_core.cc (finding ids, moving them from state to state), init_producer.cc,
// transaction_partitions.cc (adding and verifying), end_transaction.cc (decisions and markers),
// transaction_load.cc, transaction_expiry.cc (timeouts, forgotten ids), transaction_lookup.cc
// (describe, list).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/timers.h"
#include "coordinator/reply.h"
#include "coordinator/text_map.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "millrace/clock.h"

namespace millrace::coordinator {

/// Whether a request may wait for the transition or the markers that are in its way. One that
/// already did is answered concurrent_transactions, and its client tries again.
enum class MayWait : bool { no, yes };

/// A transactional id. Invariant: while `pending` is set a record that moves it there is on its way
/// to the log, and nothing else may change the transaction.
struct TransactionCell {
  TransactionCell(PartitionId at, Transaction initial)
      : partition(at), transaction(std::move(initial)) {}

  const PartitionId partition;
  Mutex mutex{LockRank::transaction};
  Transaction transaction MILL_GUARDED_BY(mutex);
  std::optional<TransactionState> pending MILL_GUARDED_BY(mutex);
  /// Aborts the transaction when its time is over.
  TimerId timeout MILL_GUARDED_BY(mutex) = 0;
  /// Requests that wait until nothing is pending and no markers are on their way.
  std::vector<std::function<void()>> waiting MILL_GUARDED_BY(mutex);
};
using TransactionCellPtr = std::shared_ptr<TransactionCell>;

/// Shared with callbacks, which hold it weakly: a callback that comes after the coordinator's end
/// does nothing.
class TransactionCore : public std::enable_shared_from_this<TransactionCore> {
 public:
  TransactionCore(const TransactionConfig& config, TransactionLog& log, const Clock& clock,
                  Timers& timers);

  // transaction_load.cc
  TransactionLoadSummary load();
  // transaction_core.cc
  ErrorCode find_coordinator();
  // init_producer.cc
  void init_producer(InitProducerRequest request, Reply<InitProducerResponse> reply,
                     MayWait may_wait);
  // transaction_partitions.cc
  void add_partitions(AddPartitionsRequest request, Reply<ErrorCode> reply, MayWait may_wait);
  void verify_partitions(VerifyPartitionsRequest request, Reply<VerifiedPartitions> reply,
                         MayWait may_wait);
  // end_transaction.cc
  void end(EndTransactionRequest request, Reply<EndTransactionResponse> reply, MayWait may_wait);
  // transaction_lookup.cc
  DescribedTransaction describe(const std::string& transactional_id);
  ListTransactionsResponse list(const ListTransactionsRequest& request);

 private:
  // --- transaction_core.cc
  struct Found {
    ErrorCode error = ErrorCode::none;
    /// Null without error where there is no such id.
    TransactionCellPtr cell;
  };
  Found find(const std::string& transactional_id);
  Found find_or_create(const std::string& transactional_id);
  std::vector<TransactionCellPtr> all();
  bool is_loaded(PartitionId partition) MILL_REQUIRES(registry_mutex_);
  /// Something is on its way that must end before a request can be looked at.
  static bool is_busy(const TransactionCell& cell) MILL_REQUIRES(cell.mutex);
  /// True where `retry` will be called once the cell is not busy any more; the caller is done then.
  static bool wait(TransactionCell& cell, MayWait may_wait, std::function<void()> retry)
      MILL_REQUIRES(cell.mutex);
  /// Appends `next`, for which the caller has set `pending`; then it is the cell's transaction,
  /// unless the log refused it. `done` runs without a lock.
  void move_to(const TransactionCellPtr& cell, Transaction next,
               std::function<void(ErrorCode)> done);
  void moved(const TransactionCellPtr& cell, Transaction next, ErrorCode error);
  /// Lets those go on who wait for the cell.
  static void wake(const TransactionCellPtr& cell);
  int64_t now_ms() const { return clock_.wall_ms(); }

  // --- init_producer.cc
  /// The transaction with the id and epoch that its producer gets next.
  Result<Transaction> next_producer(const Transaction& transaction,
                                    const InitProducerRequest& request);

  // --- end_transaction.cc
  /// What the request makes of the transaction. An error of none where it was done before.
  Result<Transaction> decide(const Transaction& transaction, const EndTransactionRequest& request);
  Result<Transaction> decide_v1(const Transaction& transaction,
                                const EndTransactionRequest& request);
  Result<Transaction> decide_v2(const Transaction& transaction,
                                const EndTransactionRequest& request);
  Result<Transaction> prepare(const Transaction& transaction, const EndTransactionRequest& request);
  static Transaction completed(const Transaction& prepared, int64_t now_ms);
  /// The abort of what is going on, which keeps its producer out.
  static Transaction fenced(const Transaction& transaction, int64_t now_ms);
  /// Writes the markers of a decided transaction, then completes it; tries again what cannot be
  /// done now.
  void finish(const TransactionCellPtr& cell, TransactionPartitions partitions);
  void finish_later(const TransactionCellPtr& cell, TransactionPartitions partitions);
  void complete(const TransactionCellPtr& cell);
  static EndTransactionResponse ended(const Transaction& transaction);

  // --- transaction_expiry.cc
  void set_timeout(const TransactionCellPtr& cell) MILL_REQUIRES(cell->mutex);
  void timed_out(const TransactionCellPtr& cell, int64_t start_ms);
  void schedule_expiry();
  void expire_ids();
  void forget(const TransactionCellPtr& cell);

  const TransactionConfig config_;
  TransactionLog& log_;
  const Clock& clock_;
  Timers& timers_;

  Mutex registry_mutex_{LockRank::transaction_registry};
  TextMap<TransactionCellPtr> cells_ MILL_GUARDED_BY(registry_mutex_);
  bool is_load_started_ MILL_GUARDED_BY(registry_mutex_) = false;
  /// Partitions that load() has not given free; those made later need no loading.
  std::vector<bool> is_unloaded_ MILL_GUARDED_BY(registry_mutex_);
};

}  // namespace millrace::coordinator
