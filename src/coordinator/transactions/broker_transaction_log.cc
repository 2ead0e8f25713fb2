#include "coordinator/transactions/broker_transaction_log.h"

#include <memory>
#include <mutex>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/broker.h"
#include "broker/catalog.h"
#include "broker/partition.h"
#include "broker/topic.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/partition_replay.h"

namespace millrace::coordinator {
namespace {

/// Collects what became of the markers of one transaction.
class MarkerRound {
 public:
  MarkerRound(size_t count, TransactionLog::MarkersWritten written)
      : missing_answers_(count), written_(std::move(written)) {}

  void set(const TransactionPartition& partition, bool is_missing) {
    {
      const std::lock_guard lock(mutex_);
      if (is_missing) missing_.insert(partition);
      if (--missing_answers_ > 0) return;
    }
    written_(std::move(missing_));
  }

 private:
  std::mutex mutex_;
  size_t missing_answers_;
  TransactionPartitions missing_;
  const TransactionLog::MarkersWritten written_;
};

/// Whether the marker can be had by trying again. A partition that is gone needs none; one that has
/// seen a newer producer or coordinator does not wait for this one.
bool is_worth_retrying(ErrorCode error) {
  return error != ErrorCode::none && error != ErrorCode::unknown_topic_or_partition &&
         error != ErrorCode::invalid_producer_epoch &&
         error != ErrorCode::transaction_coordinator_fenced;
}

}  // namespace

TransactionConfig transaction_config(const broker::BrokerConfig& config) {
  return {.timeout_ms_max = config.int32("transaction.max.timeout.ms"),
          .id_expiration_ms = config.number("transactional.id.expiration.ms"),
          .expiry_check_interval_ms =
              config.number("transaction.remove.expired.transaction.cleanup.interval.ms")};
}

void write_marker(broker::Broker& broker, GroupCoordinator& groups,
                  const TransactionPartition& partition, const record::MarkerBatch& marker,
                  record::MarkerEpoch marker_epoch, Reply<ErrorCode> written) {
  const auto log = broker.catalog().find_partition(partition.topic, partition.partition);
  if (!log) return written(ErrorCode::unknown_topic_or_partition);
  Bytes batch = record::build_marker_batch(marker);
  if (partition.topic == broker::kOffsetsTopic) {
    return groups.end_transaction(partition.partition, std::move(batch), marker_epoch,
                                  std::move(written));
  }
  log->append_internal(
      std::move(batch),
      [written = std::move(written)](Result<Offset> appended) {
        written(appended ? ErrorCode::none
                         : appended.error().kafka_code().value_or(ErrorCode::kafka_storage_error));
      },
      {.marker_epoch = marker_epoch});
}

Result<void> BrokerTransactionLog::ensure_created() {
  if (partition_count() > 0) return {};
  MILL_CHECK(broker_.catalog().auto_create(std::string(broker::kTransactionTopic)));
  return {};
}

int32_t BrokerTransactionLog::partition_count() const {
  const auto topic = broker_.catalog().find(broker::kTransactionTopic);
  return topic ? topic->partition_count() : 0;
}

int32_t BrokerTransactionLog::coordinator_epoch(PartitionId partition) const {
  const auto log = broker_.catalog().find_partition(broker::kTransactionTopic, partition);
  return log ? log->leader_epoch().value() : 0;
}

void BrokerTransactionLog::append(PartitionId partition, Bytes batch, Appended appended) {
  const auto log = broker_.catalog().find_partition(broker::kTransactionTopic, partition);
  if (!log) {
    return appended(kafka_error(ErrorCode::not_leader_or_follower,
                                cat("there is no __transaction_state-", partition)));
  }
  log->append_internal(std::move(batch), std::move(appended));
}

Result<void> BrokerTransactionLog::replay(
    PartitionId partition, const std::function<Result<void>(const record::BatchView&)>& batch) {
  return replay_partition(
      broker_, {.topic = std::string(broker::kTransactionTopic), .partition = partition}, batch);
}

Result<ProducerId> BrokerTransactionLog::allocate_producer_id() {
  return broker_.allocate_producer_id();
}

void BrokerTransactionLog::write_markers(const record::MarkerBatch& marker,
                                         const TransactionPartitions& partitions,
                                         MarkersWritten written) {
  if (partitions.empty()) return written({});
  const auto round = std::make_shared<MarkerRound>(partitions.size(), std::move(written));
  for (const TransactionPartition& partition : partitions) {
    // No partition has seen the next transaction: it waits until this one is complete.
    write_marker(broker_, groups_, partition, marker, record::MarkerEpoch::kept,
                 [round, partition](ErrorCode error) {
                   if (is_worth_retrying(error)) {
                     log::warn("the end of a transaction could not be written to ", partition.topic,
                               "-", partition.partition, " now: ", error_name(error));
                   }
                   round->set(partition, is_worth_retrying(error));
                 });
  }
}

}  // namespace millrace::coordinator
