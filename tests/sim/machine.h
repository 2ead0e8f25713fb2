// One broker with its group coordinator on one disk, driven step by step: no threads, no real time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/timers.h"
#include "broker/broker.h"
#include "broker/partition.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "io/file_system.h"

namespace millrace::sim {

struct StoredRecord {
  int64_t offset = 0;
  std::string value;
};

struct AppendResult {
  ErrorCode error = ErrorCode::none;
  int64_t base_offset = -1;
};

/// What an idempotent producer numbers its batches with.
struct ProducerState {
  ProducerId id = kNoProducerId;
  int32_t next_sequence = 0;
};

class Machine {
 public:
  /// Opens and loads; the error is the start's. Destroyed without close(), the process crashed.
  static Result<std::unique_ptr<Machine>> start(io::FileSystem& disk, ManualClock& clock);
  Result<void> close();

  broker::Broker& broker() { return *broker_; }

  /// One batch of `values`; answers once it is answered.
  AppendResult append(const broker::Partition& partition, const std::vector<std::string>& values,
                      int16_t acks, ProducerState* producer = nullptr);
  ErrorCode commit(const std::string& group, const std::string& topic, PartitionId partition,
                   int64_t offset);
  /// -1 where nothing is committed.
  int64_t committed(const std::string& group, const std::string& topic, PartitionId partition);

  /// Everything readable from the log start on.
  static Result<std::vector<StoredRecord>> read_all(const broker::Partition& partition);

  void topics_deleted(const std::string& name) { groups_->topics_deleted({name}); }
  void run_timers(Milliseconds advance);

 private:
  explicit Machine(ManualClock& clock) : clock_(clock) {}

  ManualClock& clock_;
  Timers timers_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
};

}  // namespace millrace::sim
