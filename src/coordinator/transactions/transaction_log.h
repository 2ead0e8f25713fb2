// What the transaction coordinator asks of the broker: the partitions of `__transaction_state`,
// producer ids, and markers in other partitions. A seam: tests decide when an append is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "coordinator/transactions/transaction.h"
#include "millrace/result.h"
#include "record/batch_view.h"
#include "record/control_record.h"

namespace millrace::coordinator {

/// Safe from any thread.
class TransactionLog {
 public:
  /// The offset of the first record appended, once it is durable.
  using Appended = std::function<void(Result<Offset>)>;
  /// The partitions that could not take their marker now; those that are gone are not missing.
  using MarkersWritten = std::function<void(TransactionPartitions missing)>;

  virtual ~TransactionLog() = default;

  /// Creates `__transaction_state` where it is missing.
  virtual Result<void> ensure_created() = 0;
  /// Its number of partitions, 0 while it does not exist.
  virtual int32_t partition_count() const = 0;
  /// Rises whenever another coordinator may have decided before: the partition's leader epoch.
  virtual int32_t coordinator_epoch(PartitionId partition) const = 0;

  /// Appends one batch; `appended` is called once, maybe before this returns.
  virtual void append(PartitionId partition, Bytes batch, Appended appended) = 0;
  /// Gives every batch of the partition, oldest first, to `batch`. Stops at the first error.
  virtual Result<void> replay(
      PartitionId partition,
      const std::function<Result<void>(const record::BatchView&)>& batch) = 0;

  /// kafka_storage_error where none can be had.
  virtual Result<ProducerId> allocate_producer_id() = 0;

  /// Ends the producer's transaction on every partition. `written` is called once, when all the
  /// markers that were taken are durable.
  virtual void write_markers(const record::MarkerBatch& marker,
                             const TransactionPartitions& partitions, MarkersWritten written) = 0;
};

}  // namespace millrace::coordinator
