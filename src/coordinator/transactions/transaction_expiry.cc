// Time: transactions that take too long, and transactional ids that nobody uses any more.
#include <algorithm>

#include "base/log.h"
#include "coordinator/transactions/transaction_core.h"
#include "coordinator/transactions/transaction_format.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {
namespace {

/// When a transition was on its way just as the time was over.
constexpr Milliseconds kLookAgainAfter{1'000};

}  // namespace

void TransactionCore::set_timeout(const TransactionCellPtr& cell) {
  if (cell->timeout != 0) timers_.cancel(cell->timeout);
  const int64_t start_ms = cell->transaction.start_ms;
  const int64_t left = start_ms + cell->transaction.timeout_ms - now_ms();
  cell->timeout = timers_.schedule(clock_.steady_now() + Milliseconds(std::max<int64_t>(left, 0)),
                                   [weak = weak_from_this(), cell, start_ms] {
                                     if (const auto self = weak.lock()) {
                                       self->timed_out(cell, start_ms);
                                     }
                                   });
}

void TransactionCore::timed_out(const TransactionCellPtr& cell, int64_t start_ms) {
  Transaction next;
  {
    const MutexLock lock(cell->mutex);
    const Transaction& transaction = cell->transaction;
    if (!transaction.is(TransactionState::ongoing) || transaction.start_ms != start_ms) return;
    if (cell->pending) {
      cell->timeout = timers_.schedule(clock_.steady_now() + kLookAgainAfter,
                                       [weak = weak_from_this(), cell, start_ms] {
                                         if (const auto self = weak.lock()) {
                                           self->timed_out(cell, start_ms);
                                         }
                                       });
      return;
    }
    next = fenced(transaction, now_ms());
    cell->pending = next.state;
  }
  log::info("the transaction of transactional id ", next.transactional_id,
            " is aborted: it took longer than ", next.timeout_ms, " ms");
  move_to(cell, std::move(next), [weak = weak_from_this(), cell, start_ms](ErrorCode error) {
    const auto self = weak.lock();
    if (!self || error == ErrorCode::none) return;
    self->timers_.schedule(self->clock_.steady_now() + kLookAgainAfter, [weak, cell, start_ms] {
      if (const auto later = weak.lock()) later->timed_out(cell, start_ms);
    });
  });
}

void TransactionCore::schedule_expiry() {
  timers_.schedule(clock_.steady_now() + Milliseconds(config_.expiry_check_interval_ms),
                   [weak = weak_from_this()] {
                     const auto self = weak.lock();
                     if (!self) return;
                     self->expire_ids();
                     self->schedule_expiry();
                   });
}

void TransactionCore::expire_ids() {
  const int64_t unused_since = now_ms() - config_.id_expiration_ms;
  for (const TransactionCellPtr& cell : all()) {
    std::string id;
    {
      const MutexLock lock(cell->mutex);
      const Transaction& transaction = cell->transaction;
      const bool is_idle = transaction.is(TransactionState::empty) || transaction.is_complete();
      if (cell->pending || !is_idle || transaction.last_update_ms > unused_since) continue;
      cell->pending = TransactionState::dead;
      id = transaction.transactional_id;
    }
    record::BatchBuilder builder;
    const Bytes key = encode_transaction_key(id);
    builder.add({.timestamp = now_ms(), .key = key});
    auto tombstone = builder.build();
    if (!tombstone) continue;
    log_.append(cell->partition, *std::move(tombstone),
                [weak = weak_from_this(), cell](const Result<Offset>& appended) {
                  const auto self = weak.lock();
                  if (!self) return;
                  if (appended) self->forget(cell);
                  {
                    const MutexLock lock(cell->mutex);
                    // Whoever found the cell before it was forgotten must not bring it back.
                    if (!appended) cell->pending.reset();
                  }
                  wake(cell);
                });
  }
}

void TransactionCore::forget(const TransactionCellPtr& cell) {
  const MutexLock lock(registry_mutex_);
  std::erase_if(cells_, [&cell](const auto& entry) { return entry.second == cell; });
}

}  // namespace millrace::coordinator
