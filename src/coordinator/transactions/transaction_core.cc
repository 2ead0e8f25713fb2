#include "coordinator/transactions/transaction_core.h"

#include "base/log.h"
#include "coordinator/append_error.h"
#include "coordinator/group_id.h"
#include "coordinator/transactions/transaction_format.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {
namespace {

/// Requests that wait for one transactional id; a client has one at a time, or a few.
constexpr size_t kWaitingMax = 64;

Result<Bytes> build_batch(const Transaction& transaction, int64_t now_ms) {
  record::BatchBuilder builder;
  const Bytes key = encode_transaction_key(transaction.transactional_id);
  const Bytes value = encode_transaction_value(transaction);
  builder.add({.timestamp = now_ms, .key = key, .value = value});
  return builder.build();
}

}  // namespace

TransactionCore::TransactionCore(const TransactionConfig& config, TransactionLog& log,
                                 const Clock& clock, Timers& timers)
    : config_(config), log_(log), clock_(clock), timers_(timers) {}

bool TransactionCore::is_loaded(PartitionId partition) {
  const auto at = static_cast<size_t>(partition.value());
  return is_load_started_ && (at >= is_unloaded_.size() || !is_unloaded_[at]);
}

ErrorCode TransactionCore::find_coordinator() {
  {
    const MutexLock lock(registry_mutex_);
    if (!is_load_started_) return ErrorCode::coordinator_not_available;
  }
  if (const auto created = log_.ensure_created(); !created) {
    log::warn("cannot create __transaction_state: ", created.error().to_string());
    return ErrorCode::coordinator_not_available;
  }
  return ErrorCode::none;
}

TransactionCore::Found TransactionCore::find(const std::string& transactional_id) {
  const int32_t count = log_.partition_count();
  const MutexLock lock(registry_mutex_);
  const PartitionId partition =
      count == 0 ? PartitionId(0) : partition_of_group(transactional_id, count);
  if (!is_loaded(partition)) return {ErrorCode::coordinator_load_in_progress, nullptr};
  const auto found = cells_.find(transactional_id);
  return {ErrorCode::none, found == cells_.end() ? nullptr : found->second};
}

TransactionCore::Found TransactionCore::find_or_create(const std::string& transactional_id) {
  if (auto found = find(transactional_id); found.error != ErrorCode::none || found.cell) {
    return found;
  }
  if (const auto error = find_coordinator(); error != ErrorCode::none) return {error, nullptr};
  const auto id = log_.allocate_producer_id();
  if (!id) return {append_error(id.error()), nullptr};
  auto cell = std::make_shared<TransactionCell>(
      partition_of_group(transactional_id, log_.partition_count()),
      Transaction{.transactional_id = transactional_id,
                  .producer = {.id = *id, .epoch = -1},
                  .last_update_ms = now_ms()});
  const MutexLock lock(registry_mutex_);
  return {ErrorCode::none, cells_.try_emplace(transactional_id, std::move(cell)).first->second};
}

std::vector<TransactionCellPtr> TransactionCore::all() {
  std::vector<TransactionCellPtr> cells;
  const MutexLock lock(registry_mutex_);
  cells.reserve(cells_.size());
  for (const auto& [id, cell] : cells_) cells.push_back(cell);
  return cells;
}

bool TransactionCore::is_busy(const TransactionCell& cell) {
  return cell.pending || cell.transaction.is_preparing();
}

bool TransactionCore::wait(TransactionCell& cell, MayWait may_wait, std::function<void()> retry) {
  if (may_wait == MayWait::no || cell.waiting.size() >= kWaitingMax) return false;
  cell.waiting.push_back(std::move(retry));
  return true;
}

void TransactionCore::wake(const TransactionCellPtr& cell) {
  std::vector<std::function<void()>> waiting;
  {
    const MutexLock lock(cell->mutex);
    waiting.swap(cell->waiting);
  }
  for (const auto& retry : waiting) retry();
}

void TransactionCore::move_to(const TransactionCellPtr& cell, Transaction next,
                              std::function<void(ErrorCode)> done) {
  auto batch = build_batch(next, now_ms());
  if (!batch) {
    moved(cell, std::move(next), ErrorCode::unknown_server_error);
    return done(ErrorCode::unknown_server_error);
  }
  log_.append(cell->partition, *std::move(batch),
              [weak = weak_from_this(), cell, next = std::move(next),
               done = std::move(done)](const Result<Offset>& appended) {
                const auto self = weak.lock();
                if (!self) return;
                const ErrorCode error = appended ? ErrorCode::none : append_error(appended.error());
                self->moved(cell, next, error);
                done(error);
                if (error == ErrorCode::none && next.is_preparing()) {
                  self->finish(cell, next.partitions);
                } else {
                  wake(cell);
                }
              });
}

void TransactionCore::moved(const TransactionCellPtr& cell, Transaction next, ErrorCode error) {
  const MutexLock lock(cell->mutex);
  cell->pending.reset();
  if (error != ErrorCode::none) {
    return log::warn("transactional id ", next.transactional_id, " could not become ",
                     to_string(next.state), ": ", error_name(error));
  }
  const bool begins =
      next.is(TransactionState::ongoing) && !cell->transaction.is(TransactionState::ongoing);
  cell->transaction = std::move(next);
  if (begins) set_timeout(cell);
}

}  // namespace millrace::coordinator
