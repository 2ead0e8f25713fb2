// One broker with its coordinators on one disk, driven step by step: no threads, no real time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/timers.h"
#include "broker/broker.h"
#include "broker/log_cleaner.h"
#include "broker/partition.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/broker_transaction_log.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "io/file_system.h"
#include "millrace/clock.h"
#include "sim/promises.h"

namespace millrace::sim {

using StoredRecords = std::map<int64_t, Record>;

struct AppendResult {
  ErrorCode error = ErrorCode::none;
  int64_t base_offset = -1;
};

/// What an idempotent producer numbers its batches with.
struct ProducerState {
  ProducerId id = kNoProducerId;
  int32_t next_sequence = 0;
};

/// A transactional producer, of version 2.
struct TransactionalProducer {
  std::string transactional_id;
  coordinator::ProducerIdentity identity = {};
  std::map<std::pair<std::string, PartitionId>, int32_t> next_sequences = {};
};

class Machine {
 public:
  /// Opens and loads; the error is the start's. Destroyed without close(), the process crashed.
  static Result<std::unique_ptr<Machine>> start(io::FileSystem& disk, ManualClock& clock);
  Result<void> close();

  broker::Broker& broker() { return *broker_; }

  /// One batch; answers once it is answered.
  AppendResult append(const broker::Partition& partition, const std::vector<Record>& records,
                      int16_t acks, ProducerState* producer = nullptr);
  ErrorCode commit(const std::string& group, const std::string& topic, PartitionId partition,
                   int64_t offset);
  /// A new epoch; what the producer had open is aborted.
  ErrorCode init(TransactionalProducer& producer);
  /// One batch of the producer's transaction, acks=all.
  AppendResult append(const broker::Partition& partition, const std::vector<Record>& records,
                      TransactionalProducer& producer);
  ErrorCode commit(const std::string& group, const std::string& topic, PartitionId partition,
                   int64_t offset, const TransactionalProducer& producer);
  ErrorCode end(TransactionalProducer& producer, bool is_commit);
  /// What the coordinator knows of a transactional id; nothing where it does not know it.
  std::optional<coordinator::ProducerIdentity> identity(const std::string& transactional_id) const;

  /// -1 where nothing is committed.
  int64_t committed(const std::string& group, const std::string& topic, PartitionId partition);

  /// All records from the log start on, but for the markers of transactions. An error where offsets
  /// do not rise.
  static Result<StoredRecords> read_all(const broker::Partition& partition);
  /// What a consumer of committed records is shown.
  static Result<StoredRecords> read_committed(const broker::Partition& partition);

  void topics_deleted(const std::string& name) { groups_->topics_deleted({name}); }
  void run_timers(Milliseconds advance);
  /// One round of cleaning; false where nothing is dirty.
  bool clean(const broker::LogCleaner::Rest& rest);

 private:
  explicit Machine(ManualClock& clock) : clock_(clock) {}
  ErrorCode add(const TransactionalProducer& producer,
                const coordinator::TransactionPartition& partition);

  ManualClock& clock_;
  Timers timers_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
  std::unique_ptr<coordinator::BrokerTransactionLog> transaction_log_;
  std::unique_ptr<coordinator::TransactionCoordinator> transactions_;
};

}  // namespace millrace::sim
