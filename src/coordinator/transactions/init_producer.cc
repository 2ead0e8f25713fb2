// InitProducerId for a transactional id: a new epoch, which fences whoever had the old one.
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "coordinator/append_error.h"
#include "coordinator/transactions/transaction_core.h"

namespace millrace::coordinator {
namespace {

/// Whether a client that had `expected` may go on (KIP-360): it has the current id, or the one
/// before with its epochs used up, which makes this the retry of a request that was answered.
bool is_known(const Transaction& transaction, const ProducerIdentity& expected) {
  return transaction.producer.epoch < 0 || expected.id == transaction.producer.id ||
         (expected.id == transaction.previous_producer_id && expected.epoch >= kProducerEpochMax);
}

Error fenced_error(const Transaction& transaction, const ProducerIdentity& expected) {
  return kafka_error(ErrorCode::producer_fenced,
                     cat("transactional id ", transaction.transactional_id, " has epoch ",
                         transaction.producer.epoch, ", not ", expected.epoch));
}

}  // namespace

void TransactionCore::init_producer(InitProducerRequest request, Reply<InitProducerResponse> reply,
                                    MayWait may_wait) {
  const auto refuse = [&reply](ErrorCode error) { reply({.error = error}); };
  if (request.transactional_id.empty()) return refuse(ErrorCode::invalid_request);
  if (request.timeout_ms <= 0 || request.timeout_ms > config_.timeout_ms_max) {
    return refuse(ErrorCode::invalid_transaction_timeout);
  }
  const Found found = find_or_create(request.transactional_id);
  if (found.error != ErrorCode::none) return refuse(found.error);
  const TransactionCellPtr& cell = found.cell;

  const auto again = [self = shared_from_this(), request, reply](MayWait next) {
    self->init_producer(request, reply, next);
  };
  ErrorCode error = ErrorCode::none;
  std::optional<Transaction> next;
  bool aborts = false;
  {
    const MutexLock lock(cell->mutex);
    if (is_busy(*cell)) {
      if (wait(*cell, may_wait, [again] { again(MayWait::no); })) return;
      error = ErrorCode::concurrent_transactions;
    } else if (request.expected && !is_known(cell->transaction, *request.expected)) {
      error = ErrorCode::producer_fenced;
    } else if (cell->transaction.is(TransactionState::ongoing)) {
      aborts = true;
      next = fenced(cell->transaction, now_ms());
    } else if (auto made = next_producer(cell->transaction, request)) {
      next = *std::move(made);
    } else {
      error = append_error(made.error());
    }
    if (next) cell->pending = next->state;
  }
  if (!next) return refuse(error);
  const ProducerIdentity producer = next->producer;
  move_to(cell, *std::move(next), [again, reply, aborts, may_wait, producer](ErrorCode appended) {
    if (appended != ErrorCode::none) return reply({.error = appended});
    // The epoch that fences is nobody's: once the abort is complete comes the client's.
    if (aborts) return again(may_wait);
    reply({.producer = producer});
  });
}

Result<Transaction> TransactionCore::next_producer(const Transaction& transaction,
                                                   const InitProducerRequest& request) {
  Transaction next = transaction;
  next.state = TransactionState::empty;
  next.timeout_ms = request.timeout_ms;
  next.partitions.clear();
  next.start_ms = -1;
  next.last_update_ms = now_ms();
  next.client_version = TransactionVersion::v0;
  next.previous_producer_id = transaction.producer.id;
  const auto& expected = request.expected;
  const int16_t epoch = transaction.producer.epoch;
  if (transaction.has_used_up_epochs() && (!expected || expected->epoch == epoch)) {
    MILL_TRY(next.producer.id, log_.allocate_producer_id());
    next.producer.epoch = 0;
    next.last_epoch = expected ? epoch : int16_t{-1};
    return next;
  }
  if (!expected || epoch < 0 || expected->epoch == epoch) {
    next.producer.epoch = static_cast<int16_t>(epoch + 1);
    next.last_epoch = expected ? epoch : int16_t{-1};
    return next;
  }
  // The retry of a request that raised the epoch: the answer was lost.
  if (expected->epoch == transaction.last_epoch) return next;
  return fenced_error(transaction, *expected);
}

}  // namespace millrace::coordinator
