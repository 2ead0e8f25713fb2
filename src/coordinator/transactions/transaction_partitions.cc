// Adding partitions to a transaction, and verifying that they were added.
#include <algorithm>
#include <utility>

#include "coordinator/transactions/transaction_core.h"

namespace millrace::coordinator {
namespace {

ErrorCode check_producer(const Transaction& transaction, const ProducerIdentity& producer) {
  if (transaction.producer.id != producer.id) return ErrorCode::invalid_producer_id_mapping;
  if (transaction.producer.epoch != producer.epoch) return ErrorCode::producer_fenced;
  return ErrorCode::none;
}

bool has_all(const Transaction& transaction, const TransactionPartitions& partitions) {
  return std::ranges::includes(transaction.partitions, partitions);
}

}  // namespace

void TransactionCore::add_partitions(AddPartitionsRequest request, Reply<ErrorCode> reply,
                                     MayWait may_wait) {
  if (request.transactional_id.empty()) return reply(ErrorCode::invalid_request);
  const Found found = find(request.transactional_id);
  if (found.error != ErrorCode::none) return reply(found.error);
  if (!found.cell) return reply(ErrorCode::invalid_producer_id_mapping);
  const TransactionCellPtr& cell = found.cell;

  ErrorCode error = ErrorCode::none;
  std::optional<Transaction> next;
  {
    const MutexLock lock(cell->mutex);
    Transaction& transaction = cell->transaction;
    if (!cell->pending) error = check_producer(transaction, request.producer);
    if (error == ErrorCode::none && is_busy(*cell)) {
      error = ErrorCode::concurrent_transactions;
      if (wait(*cell, may_wait, [self = shared_from_this(), request, reply] {
            self->add_partitions(request, reply, MayWait::no);
          })) {
        return;
      }
    }
    const bool is_ongoing = transaction.is(TransactionState::ongoing);
    if (error == ErrorCode::none && !(is_ongoing && has_all(transaction, request.partitions))) {
      next = transaction;
      next->state = TransactionState::ongoing;
      next->partitions.insert(request.partitions.begin(), request.partitions.end());
      next->last_update_ms = now_ms();
      if (!is_ongoing) next->start_ms = next->last_update_ms;
      next->client_version = request.version;
      cell->pending = next->state;
    }
  }
  if (!next) return reply(error);
  move_to(cell, *std::move(next), std::move(reply));
}

void TransactionCore::verify_partitions(VerifyPartitionsRequest request,
                                        Reply<VerifiedPartitions> reply, MayWait may_wait) {
  const auto answer_all = [&](ErrorCode error) {
    VerifiedPartitions verified;
    for (const TransactionPartition& partition : request.partitions) verified[partition] = error;
    reply(std::move(verified));
  };
  if (request.transactional_id.empty()) return answer_all(ErrorCode::invalid_request);
  const Found found = find(request.transactional_id);
  if (found.error != ErrorCode::none) return answer_all(found.error);
  if (!found.cell) return answer_all(ErrorCode::invalid_producer_id_mapping);
  const TransactionCellPtr& cell = found.cell;

  ErrorCode error = ErrorCode::none;
  VerifiedPartitions verified;
  {
    const MutexLock lock(cell->mutex);
    if (!cell->pending) error = check_producer(cell->transaction, request.producer);
    if (error == ErrorCode::none && is_busy(*cell)) {
      error = ErrorCode::concurrent_transactions;
      if (wait(*cell, may_wait, [self = shared_from_this(), request, reply] {
            self->verify_partitions(request, reply, MayWait::no);
          })) {
        return;
      }
    }
    for (const TransactionPartition& partition : request.partitions) {
      verified[partition] = cell->transaction.partitions.contains(partition)
                                ? ErrorCode::none
                                : ErrorCode::transaction_abortable;
    }
  }
  if (error != ErrorCode::none) return answer_all(error);
  reply(std::move(verified));
}

}  // namespace millrace::coordinator
