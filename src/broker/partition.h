// One partition: its log, its high watermark, those who wait for a sync and those who wait for
// data.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/strong.h"
#include "base/timers.h"
#include "base/uuid.h"
#include "broker/config/topic_config.h"
#include "io/chunks.h"
#include "millrace/result.h"

namespace millrace::storage {
class PartitionLog;
class SyncPool;
}  // namespace millrace::storage

namespace millrace::broker {

class FetchWaiter;

struct TopicPartition {
  std::string topic;
  Uuid topic_id;
  PartitionId partition{0};

  std::string to_string() const;
};

/// One record that made a batch unacceptable, for the produce response.
struct RecordFault {
  int32_t index = 0;
  std::string message;
};

struct ProduceSpec {
  /// The record set of one partition as it came; kept alive by the caller until the callback.
  ByteView records;
  /// -1, 0 or 1.
  int16_t acks = -1;
  /// False for Produce below version 7, where zstd is refused.
  bool zstd_allowed = true;
};

/// What a produce response says of one partition. On failure `error` is set and nothing was
/// appended (exception: not_enough_replicas_after_append never occurs on one node).
struct ProduceOutcome {
  ErrorCode error = ErrorCode::none;
  std::string message = {};
  std::vector<RecordFault> record_faults = {};
  Offset base_offset{-1};
  /// The time of append under LogAppendTime, else -1.
  int64_t log_append_time_ms = -1;
  Offset log_start_offset{-1};
};
using ProduceCallback = std::function<void(ProduceOutcome)>;

/// What append_internal answers: the offset of the first record, once durable as acks=all is.
using InternalAppendCallback = std::function<void(Result<Offset>)>;

enum class Isolation : int8_t { read_uncommitted = 0, read_committed = 1 };

struct ReadSpec {
  Offset from{0};
  /// The epoch the client believes in; -1: not checked.
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
  size_t bytes_max = 0;
  /// True: the first batch comes even if it is larger than bytes_max (KIP-74).
  bool at_least_one = true;
  Isolation isolation = Isolation::read_uncommitted;
};

struct PartitionData {
  io::RecordChunks records;
  size_t bytes = 0;
  Offset high_watermark{-1};
  Offset last_stable_offset{-1};
  Offset log_start_offset{-1};
  /// Counts the bytes that became readable so far; a waiter registered with it misses nothing.
  uint64_t readable_stamp = 0;
};

struct ListedOffset {
  int64_t timestamp = -1;
  Offset offset{-1};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset{-1};
};

/// Timestamps with a meaning of their own in ListOffsets.
inline constexpr int64_t kLatestTimestamp = -1;
inline constexpr int64_t kEarliestTimestamp = -2;
inline constexpr int64_t kMaxTimestamp = -3;
inline constexpr int64_t kEarliestLocalTimestamp = -4;
inline constexpr int64_t kLatestTieredTimestamp = -5;

/// A monitor: any thread may call, callbacks run with no lock held, on the thread that made them
/// due (the appender, the sync pool, the timers' driver, or the caller itself before the call
/// returns). Records appended are answered in append order.
///
/// The high watermark is one offset: the log's end, unless an acks=all batch waits for its sync;
/// then it stops in front of the first such batch. Readers see nothing above it.
class Partition : public std::enable_shared_from_this<Partition> {
 public:
  struct Options {
    TopicPartition id;
    std::shared_ptr<storage::PartitionLog> log;
    std::shared_ptr<const TopicConfig> config;
    storage::SyncPool* sync_pool = nullptr;
    Clock* clock = nullptr;
    Timers* timers = nullptr;
  };
  static std::shared_ptr<Partition> make(Options options);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;
  ~Partition();

  const TopicPartition& id() const { return id_; }
  /// Exactly one batch, checked record by record, with idempotence. `callback` is called once, also
  /// for acks=0.
  void append(const ProduceSpec& spec, ProduceCallback callback);
  /// Batches made by the broker itself, acks=all. The callback gets the offset of the first record
  /// or kafka_storage_error / not_leader_or_follower.
  void append_internal(Bytes batches, InternalAppendCallback callback);

  /// Calls back when every record below `up_to` is as durable as the topic's level promises for
  /// acks=all; at once where it already is. An `up_to` beyond the end counts as the end.
  void when_durable(Offset up_to, std::function<void(Result<void>)> callback);

  /// offset_out_of_range, fenced_leader_epoch, unknown_leader_epoch, kafka_storage_error,
  /// unknown_topic_or_partition (deleted meanwhile).
  Result<PartitionData> read(const ReadSpec& spec) const;

  /// Calls `waiter` from now on whenever bytes become readable, also for those that did since the
  /// read that gave `readable_stamp`; and when the partition goes away.
  void add_waiter(std::shared_ptr<FetchWaiter> waiter, uint64_t readable_stamp);
  void remove_waiter(const FetchWaiter& waiter);

  Result<ListedOffset> list_offset(int64_t timestamp, Isolation isolation,
                                   LeaderEpoch current_leader_epoch) const;
  Result<EpochEnd> epoch_end_offset(LeaderEpoch requested, LeaderEpoch current_leader_epoch) const;
  /// -1 means the high watermark. Answers the new log start offset.
  Result<Offset> delete_records(Offset before);

  Offset high_watermark() const;
  Offset last_stable_offset() const { return high_watermark(); }
  Offset log_start_offset() const;
  Offset log_end_offset() const;
  LeaderEpoch leader_epoch() const;
  /// Bytes of all segments.
  int64_t size_bytes() const;
  /// True after a storage failure: every call answers kafka_storage_error until restart.
  bool offline() const;

  std::shared_ptr<const TopicConfig> config() const;
  void set_config(std::shared_ptr<const TopicConfig> config);

  /// Retention, time-based flush, expiry of producers; called by the broker's timers.
  void run_retention();
  void expire_producers(int64_t producer_expiration_ms);

  /// Those who wait get unknown_topic_or_partition (deleted) or not_leader_or_follower (closing);
  /// so does every later call.
  void retire(ErrorCode reason);

  storage::PartitionLog& log() { return *log_; }

 private:
  explicit Partition(Options options);

  const TopicPartition id_;
  const std::shared_ptr<storage::PartitionLog> log_;
};

}  // namespace millrace::broker
