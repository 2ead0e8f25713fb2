// MemoryTransactionLog: `__transaction_state` in memory, whose appends and markers become durable,
// wait or fail as the test says.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "coordinator/transactions/transaction_log.h"

namespace millrace::coordinator {

/// Owned by one thread.
class MemoryTransactionLog final : public TransactionLog {
 public:
  struct WrittenMarkers {
    record::MarkerBatch marker;
    TransactionPartitions partitions;
  };

  /// From now on appends are written and answered only by `release`.
  void hold_appends() { is_held_ = true; }
  void hold_markers() { are_markers_held_ = true; }
  /// Answers what waits, and from now on everything at once.
  void release();
  /// The next append writes nothing and answers `code`.
  void fail_next(ErrorCode code) { failure_ = code; }
  /// The next markers do not reach these partitions.
  void miss_next(TransactionPartitions partitions) { missing_ = std::move(partitions); }

  const std::vector<WrittenMarkers>& markers() const { return markers_; }
  size_t append_count() const { return batches_.size(); }
  /// States as the log tells them, oldest first: "Ongoing", "PrepareCommit", ...
  std::vector<std::string> states() const;

  Result<void> ensure_created() override {
    is_created_ = true;
    return {};
  }
  int32_t partition_count() const override { return is_created_ ? 1 : 0; }
  int32_t coordinator_epoch(PartitionId) const override { return 7; }
  void append(PartitionId partition, Bytes batch, Appended appended) override;
  Result<void> replay(PartitionId partition,
                      const std::function<Result<void>(const record::BatchView&)>& batch) override;
  Result<ProducerId> allocate_producer_id() override { return ProducerId(next_id_++); }
  void write_markers(const record::MarkerBatch& marker, const TransactionPartitions& partitions,
                     MarkersWritten written) override;

 private:
  void answer(bool is_held, std::function<void()> answer);

  bool is_created_ = false;
  bool is_held_ = false;
  bool are_markers_held_ = false;
  int64_t next_id_ = 1000;
  Offset end_;
  std::vector<Bytes> batches_;
  std::vector<WrittenMarkers> markers_;
  std::deque<std::function<void()>> waiting_;
  std::optional<ErrorCode> failure_;
  std::optional<TransactionPartitions> missing_;
};

}  // namespace millrace::coordinator
