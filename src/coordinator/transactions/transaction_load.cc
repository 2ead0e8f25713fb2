// Loading: every partition is replayed, then its transactional ids are served.
#include <utility>

#include "base/log.h"
#include "base/try.h"
#include "coordinator/transactions/transaction_core.h"
#include "coordinator/transactions/transaction_format.h"
#include "record/record_reader.h"

namespace millrace::coordinator {
namespace {

/// The last word of the log about each id.
class TransactionReplay {
 public:
  Result<void> add(const record::BatchView& batch) {
    if (batch.is_control()) return {};
    return record::for_each_record(batch,
                                   [this](const record::RecordView& record) { add(record); });
  }

  TextMap<Transaction>& transactions() { return transactions_; }
  int64_t record_count() const { return record_count_; }

 private:
  void add(const record::RecordView& record) {
    ++record_count_;
    auto id = decode_transaction_key(record.key.value_or(ByteView()));
    if (!id) return log::warn("offset ", record.offset, ": ", id.error().message());
    // Of a kind that is not ours to use: it stays in the log for whoever wrote it.
    if (!*id) return;
    if (!record.value) {
      transactions_.erase(**id);
      return;
    }
    auto transaction = decode_transaction_value(**id, *record.value);
    if (!transaction) {
      return log::warn("offset ", record.offset, ": ", transaction.error().message());
    }
    transactions_[**id] = *std::move(transaction);
  }

  TextMap<Transaction> transactions_;
  int64_t record_count_ = 0;
};

}  // namespace

TransactionLoadSummary TransactionCore::load() {
  TransactionLoadSummary summary;
  const int32_t count = log_.partition_count();
  {
    const MutexLock lock(registry_mutex_);
    is_unloaded_.assign(static_cast<size_t>(count), true);
    is_load_started_ = true;
  }
  std::vector<TransactionCellPtr> unfinished;
  for (PartitionId partition(0); partition < PartitionId(count); ++partition) {
    TransactionReplay replay;
    const auto read = log_.replay(
        partition, [&replay](const record::BatchView& batch) { return replay.add(batch); });
    if (!read) {
      log::error("transactions of __transaction_state-", partition,
                 " are not served: ", read.error().to_string());
      continue;
    }
    summary.record_count += replay.record_count();
    std::vector<TransactionCellPtr> cells;
    for (auto& [id, transaction] : replay.transactions()) {
      auto cell = std::make_shared<TransactionCell>(partition, std::move(transaction));
      const MutexLock lock(cell->mutex);
      if (cell->transaction.is(TransactionState::ongoing)) set_timeout(cell);
      if (cell->transaction.is_preparing()) unfinished.push_back(cell);
      cells.push_back(cell);
    }
    summary.transactional_id_count += static_cast<int64_t>(cells.size());
    const MutexLock lock(registry_mutex_);
    for (const TransactionCellPtr& cell : cells) {
      const MutexLock cell_lock(cell->mutex);
      cells_.insert_or_assign(cell->transaction.transactional_id, cell);
    }
    is_unloaded_[static_cast<size_t>(partition.value())] = false;
  }
  summary.unfinished_count = static_cast<int64_t>(unfinished.size());
  for (const TransactionCellPtr& cell : unfinished) {
    TransactionPartitions partitions;
    {
      const MutexLock lock(cell->mutex);
      partitions = cell->transaction.partitions;
    }
    finish(cell, std::move(partitions));
  }
  schedule_expiry();
  return summary;
}

}  // namespace millrace::coordinator
