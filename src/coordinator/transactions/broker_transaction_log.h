// BrokerTransactionLog: `__transaction_state` as a topic of the broker, and markers in its
// partitions.
#pragma once

#include "coordinator/transactions/transaction_coordinator.h"
#include "coordinator/transactions/transaction_log.h"

namespace millrace::broker {
class Broker;
class BrokerConfig;
}  // namespace millrace::broker

namespace millrace::coordinator {

class GroupCoordinator;

/// The coordinator's settings out of the broker's.
TransactionConfig transaction_config(const broker::BrokerConfig& config);

/// Appends one marker; the callback comes once it is durable, or with why it is not there:
/// unknown_topic_or_partition, invalid_producer_epoch, transaction_coordinator_fenced,
/// kafka_storage_error.
void write_marker(broker::Broker& broker, GroupCoordinator& groups,
                  const TransactionPartition& partition, const record::MarkerBatch& marker,
                  record::MarkerEpoch marker_epoch, Reply<ErrorCode> written);

class BrokerTransactionLog final : public TransactionLog {
 public:
  /// Both must outlive this. `groups` learn of markers in `__consumer_offsets`.
  BrokerTransactionLog(broker::Broker& broker, GroupCoordinator& groups)
      : broker_(broker), groups_(groups) {}

  Result<void> ensure_created() override;
  int32_t partition_count() const override;
  int32_t coordinator_epoch(PartitionId partition) const override;
  void append(PartitionId partition, Bytes batch, Appended appended) override;
  Result<void> replay(PartitionId partition,
                      const std::function<Result<void>(const record::BatchView&)>& batch) override;
  Result<ProducerId> allocate_producer_id() override;
  void write_markers(const record::MarkerBatch& marker, const TransactionPartitions& partitions,
                     MarkersWritten written) override;

 private:
  broker::Broker& broker_;
  GroupCoordinator& groups_;
};

}  // namespace millrace::coordinator
