// The end of a transaction: the decision, its markers, and the record that says that it is done.
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "coordinator/append_error.h"
#include "coordinator/transactions/transaction_core.h"

namespace millrace::coordinator {
namespace {

constexpr Milliseconds kRetryAfter{1'000};

Error refused(ErrorCode code, const Transaction& transaction,
              const EndTransactionRequest& request) {
  return kafka_error(
      code, cat("transactional id ", transaction.transactional_id, ", ",
                to_string(transaction.state), ", producer ", transaction.producer.id, " epoch ",
                transaction.producer.epoch, ": refused to ", request.is_commit ? "commit" : "abort",
                " for producer ", request.producer.id, " epoch ", request.producer.epoch));
}

/// Not an error: the request was carried out when it came for the first time.
Error done_before() { return kafka_error(ErrorCode::none, ""); }

bool is_outcome(const Transaction& transaction, bool is_commit) {
  return transaction.is(is_commit ? TransactionState::complete_commit
                                  : TransactionState::complete_abort);
}

}  // namespace

void TransactionCore::end(EndTransactionRequest request, Reply<EndTransactionResponse> reply,
                          MayWait may_wait) {
  if (request.transactional_id.empty()) return reply({.error = ErrorCode::invalid_request});
  const Found found = find(request.transactional_id);
  if (found.error != ErrorCode::none) return reply({.error = found.error});
  if (!found.cell) return reply({.error = ErrorCode::invalid_producer_id_mapping});
  const TransactionCellPtr& cell = found.cell;

  std::optional<Transaction> next;
  EndTransactionResponse answer;
  {
    const MutexLock lock(cell->mutex);
    if (cell->pending) {
      answer.error = ErrorCode::concurrent_transactions;
    } else if (auto decided = decide(cell->transaction, request)) {
      next = *std::move(decided);
      cell->pending = next->state;
    } else {
      answer.error = decided.error().kafka_code().value_or(ErrorCode::unknown_server_error);
      if (answer.error == ErrorCode::none) answer = ended(cell->transaction);
    }
    if (answer.error == ErrorCode::concurrent_transactions &&
        wait(*cell, may_wait, [self = shared_from_this(), request, reply] {
          self->end(request, reply, MayWait::no);
        })) {
      return;
    }
  }
  if (!next) return reply(answer);
  answer = ended(completed(*next, now_ms()));
  move_to(cell, *std::move(next), [reply, answer](ErrorCode error) {
    reply(error == ErrorCode::none ? answer : EndTransactionResponse{.error = error});
  });
}

EndTransactionResponse TransactionCore::ended(const Transaction& transaction) {
  return {.producer = transaction.producer};
}

Result<Transaction> TransactionCore::decide(const Transaction& transaction,
                                            const EndTransactionRequest& request) {
  return request.version >= TransactionVersion::v2 ? decide_v2(transaction, request)
                                                   : decide_v1(transaction, request);
}

Result<Transaction> TransactionCore::decide_v1(const Transaction& transaction,
                                               const EndTransactionRequest& request) {
  if (transaction.producer.id != request.producer.id) {
    return refused(ErrorCode::invalid_producer_id_mapping, transaction, request);
  }
  if (transaction.producer.epoch != request.producer.epoch) {
    return refused(ErrorCode::producer_fenced, transaction, request);
  }
  if (transaction.is(TransactionState::ongoing)) return prepare(transaction, request);
  if (is_outcome(transaction, request.is_commit)) return done_before();
  const auto on_its_way =
      request.is_commit ? TransactionState::prepare_commit : TransactionState::prepare_abort;
  return refused(transaction.is(on_its_way) ? ErrorCode::concurrent_transactions
                                            : ErrorCode::invalid_txn_state,
                 transaction, request);
}

// With version 2 each decision raises the epoch. A request with the epoch below is the retry of one
// that was carried out; one with the current epoch ends the next transaction, which may be empty.
Result<Transaction> TransactionCore::decide_v2(const Transaction& transaction,
                                               const EndTransactionRequest& request) {
  const ProducerIdentity& current = transaction.producer;
  const bool is_retry_over_new_id = transaction.is_complete() && current.epoch == 0 &&
                                    transaction.previous_producer_id == request.producer.id &&
                                    request.producer.epoch == kProducerEpochMax;
  const bool is_retry = is_retry_over_new_id || (transaction.has_raised_epoch() &&
                                                 current.epoch == request.producer.epoch + 1);
  if (current.id != request.producer.id && !is_retry_over_new_id) {
    return refused(ErrorCode::invalid_producer_id_mapping, transaction, request);
  }
  const bool has_epoch = current.epoch == request.producer.epoch;
  if (has_epoch && transaction.is_preparing()) {
    // The end of the next transaction, while the last one's markers are on their way.
    return refused(ErrorCode::concurrent_transactions, transaction, request);
  }
  // Also where the last end did not raise it: then it is a wrong request, but of no old producer.
  const bool has_epoch_before = current.epoch == request.producer.epoch + 1;
  const bool may_retry =
      (is_retry || has_epoch_before) && (transaction.is_preparing() || transaction.is_complete());
  if (!may_retry && !has_epoch) return refused(ErrorCode::producer_fenced, transaction, request);

  if (transaction.is(TransactionState::ongoing)) return prepare(transaction, request);
  if (is_retry && is_outcome(transaction, request.is_commit)) return done_before();
  const auto on_its_way =
      request.is_commit ? TransactionState::prepare_commit : TransactionState::prepare_abort;
  if (transaction.is(on_its_way)) {
    return refused(ErrorCode::concurrent_transactions, transaction, request);
  }
  // An abort of what never began: the client only wants to be sure, and gets its new epoch.
  if (!request.is_commit && has_epoch) return prepare(transaction, request);
  return refused(ErrorCode::invalid_txn_state, transaction, request);
}

Result<Transaction> TransactionCore::prepare(const Transaction& transaction,
                                             const EndTransactionRequest& request) {
  Transaction next = transaction;
  next.state =
      request.is_commit ? TransactionState::prepare_commit : TransactionState::prepare_abort;
  next.last_update_ms = now_ms();
  if (!transaction.is(TransactionState::ongoing)) {
    next.partitions.clear();
    next.start_ms = next.last_update_ms;
  }
  next.client_version = request.version;
  if (request.version >= TransactionVersion::v2) {
    if (transaction.has_used_up_epochs()) {
      MILL_TRY(next.next_producer_id, log_.allocate_producer_id());
    }
    next.last_epoch = transaction.producer.epoch;
    next.producer.epoch = static_cast<int16_t>(transaction.producer.epoch + 1);
  }
  return next;
}

Transaction TransactionCore::fenced(const Transaction& transaction, int64_t now_ms) {
  Transaction next = transaction;
  next.state = TransactionState::prepare_abort;
  next.last_update_ms = now_ms;
  next.client_version = TransactionVersion::v2;
  next.last_epoch = transaction.producer.epoch;
  next.producer.epoch = static_cast<int16_t>(transaction.producer.epoch + 1);
  return next;
}

Transaction TransactionCore::completed(const Transaction& prepared, int64_t now_ms) {
  Transaction next = prepared;
  next.state = prepared.is(TransactionState::prepare_commit) ? TransactionState::complete_commit
                                                             : TransactionState::complete_abort;
  next.partitions.clear();
  next.last_update_ms = now_ms;
  if (prepared.has_raised_epoch()) {
    next.previous_producer_id = prepared.producer.id;
    if (prepared.next_producer_id != kNoProducerId) {
      next.last_epoch = prepared.producer.epoch;
      next.producer = {.id = prepared.next_producer_id, .epoch = 0};
    }
    next.next_producer_id = kNoProducerId;
  }
  return next;
}

void TransactionCore::finish(const TransactionCellPtr& cell, TransactionPartitions partitions) {
  record::MarkerBatch marker;
  {
    const MutexLock lock(cell->mutex);
    const Transaction& transaction = cell->transaction;
    marker.producer_id = transaction.producer.id;
    marker.producer_epoch = transaction.producer.epoch;
    marker.marker.type = transaction.is(TransactionState::prepare_commit)
                             ? record::MarkerType::commit
                             : record::MarkerType::abort;
  }
  marker.marker.coordinator_epoch = log_.coordinator_epoch(cell->partition);
  marker.timestamp = now_ms();
  log_.write_markers(marker, partitions,
                     [weak = weak_from_this(), cell](TransactionPartitions missing) {
                       const auto self = weak.lock();
                       if (!self) return;
                       if (missing.empty()) return self->complete(cell);
                       self->finish_later(cell, std::move(missing));
                     });
}

void TransactionCore::finish_later(const TransactionCellPtr& cell,
                                   TransactionPartitions partitions) {
  timers_.schedule(clock_.steady_now() + kRetryAfter,
                   [weak = weak_from_this(), cell, partitions = std::move(partitions)] {
                     const auto self = weak.lock();
                     if (self) self->finish(cell, partitions);
                   });
  // Nobody waits for a partition that may stay away for long.
  wake(cell);
}

void TransactionCore::complete(const TransactionCellPtr& cell) {
  Transaction next;
  {
    const MutexLock lock(cell->mutex);
    next = completed(cell->transaction, now_ms());
    cell->pending = next.state;
  }
  move_to(cell, std::move(next), [weak = weak_from_this(), cell](ErrorCode error) {
    const auto self = weak.lock();
    if (self && error != ErrorCode::none) self->finish_later(cell, {});
  });
}

}  // namespace millrace::coordinator
