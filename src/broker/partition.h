// One partition: its log, its high watermark, those who wait for a sync and those who wait for
// data.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/strong.h"
#include "base/timers.h"
#include "base/uuid.h"
#include "broker/config/topic_config.h"
#include "io/chunks.h"
#include "millrace/clock.h"
#include "millrace/result.h"
#include "obs/counter.h"
#include "record/control_record.h"
#include "record/validator.h"
#include "storage/verification.h"

namespace millrace::storage {
struct AppendedInfo;
class LogDirectory;
class PartitionLog;
class SyncPool;
}  // namespace millrace::storage

namespace millrace::broker {

class FetchWaiter;

using storage::FirstSequence;
using storage::VerificationGuard;

struct TopicPartition {
  std::string topic;
  Uuid topic_id;
  PartitionId partition{0};
};

struct ProduceSpec {
  /// The record set of one partition as it came; needed until append returns.
  ByteView records;
  /// -1, 0 or 1.
  int16_t acks = -1;
  /// False for Produce below version 7, where zstd is refused.
  bool zstd_allowed = true;
  /// What verification_guard gave before the coordinator was asked.
  VerificationGuard guard = 0;
};

/// What a produce response says of one partition. Where `error` is set nothing was promised;
/// nothing was appended either, unless a sync failed afterwards (kafka_storage_error).
struct ProduceOutcome {
  ErrorCode error = ErrorCode::none;
  std::string message = {};
  std::vector<record::RecordFault> record_errors = {};
  Offset base_offset{-1};
  /// The time of append under LogAppendTime, else -1.
  int64_t log_append_time_ms = -1;
  Offset log_start_offset{-1};
};
using ProduceCallback = std::function<void(ProduceOutcome)>;

/// What append_internal answers: the offset of the first record, once durable as acks=all is.
using InternalAppendCallback = std::function<void(Result<Offset>)>;
/// About batches that the broker makes itself.
struct InternalAppend {
  /// What verification_guard gave before the coordinator was asked.
  VerificationGuard guard = 0;
  /// Of a marker.
  record::MarkerEpoch marker_epoch = record::MarkerEpoch::kept;
};
using DurableCallback = std::function<void(Result<void>)>;

enum class Isolation : int8_t { read_uncommitted = 0, read_committed = 1 };

struct ReadSpec {
  Offset from{0};
  /// The epoch the client believes in; -1: not checked.
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;
  /// Of the record before `from` as the client knows it; -1: not checked.
  LeaderEpoch last_fetched_epoch = kNoLeaderEpoch;
  int64_t bytes_max = 0;
  /// True: the first batch comes even if it is larger than bytes_max (KIP-74).
  bool at_least_one = true;
  Isolation isolation = Isolation::read_uncommitted;
};

/// A transaction whose records in the answer do not count (KIP-98).
struct AbortedTransaction {
  ProducerId producer_id;
  Offset first_offset;
};

struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset{-1};
};

struct PartitionData {
  io::Chunks records;
  /// Only of reads of committed records, by their ends.
  std::vector<AbortedTransaction> aborted_transactions;
  int64_t bytes = 0;
  /// Where this log leaves the client's, and then nothing else was read (KIP-595).
  std::optional<EpochEnd> diverging_epoch;
  Offset high_watermark{-1};
  Offset last_stable_offset{-1};
  Offset log_start_offset{-1};
  /// Counts the bytes that became readable so far, for this isolation; a waiter registered with it
  /// misses nothing.
  int64_t readable_stamp = 0;
};

struct ListedOffset {
  int64_t timestamp = -1;
  Offset offset{-1};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

/// Timestamps with a meaning of their own in ListOffsets.
inline constexpr int64_t kLatestTimestamp = -1;
inline constexpr int64_t kEarliestTimestamp = -2;
inline constexpr int64_t kMaxTimestamp = -3;
inline constexpr int64_t kEarliestLocalTimestamp = -4;
inline constexpr int64_t kLatestTieredTimestamp = -5;
inline constexpr int64_t kEarliestPendingUploadTimestamp = -6;

/// Since the partition was opened.
struct PartitionTraffic {
  /// What clients and the broker itself appended; retries of what was there do not count.
  obs::Counter records_in;
  obs::Counter bytes_in;
  /// What fetches were answered.
  obs::Counter bytes_out;
};

/// A monitor: any thread may call; callbacks run with no lock held, on the thread that made them
/// due (the sync pool, the timers' driver, or the caller itself before the call returns). Those
/// that wait for a sync are answered in append order.
///
/// The high watermark is one offset: the log's end, unless an acks=all batch waits for its sync;
/// then it stops in front of the first such batch. Readers see nothing above it. It is not kept
/// across a restart: what recovery left in the log is readable.
///
/// The last stable offset is where readers of committed records stop: the first record of a
/// transaction that is open, or whose end is not below the high watermark; else that one.
class Partition : public std::enable_shared_from_this<Partition> {
 public:
  struct Options {
    TopicPartition id;
    /// Nothing: the partition could not be opened and is offline from the start.
    std::shared_ptr<storage::PartitionLog> log;
    std::shared_ptr<const TopicConfig> config;
    storage::LogDirectory* directory = nullptr;
    storage::SyncPool* sync_pool = nullptr;
    /// Run the pool's queue in the caller (a pool without threads).
    bool sync_inline = false;
    const Clock* clock = nullptr;
    Timers* timers = nullptr;
  };
  static std::shared_ptr<Partition> make(Options options);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  const TopicPartition& id() const { return id_; }

  /// Exactly one batch, checked record by record, with idempotence. `callback` is called once, also
  /// for acks=0.
  void append(const ProduceSpec& spec, ProduceCallback callback);
  /// Batches made by the broker itself, acks=all. The callback gets the offset of the first record,
  /// or kafka_storage_error, or the reason of retire().
  void append_internal(Bytes batches, InternalAppendCallback callback, InternalAppend options = {});
  /// What an append that begins a transaction here must bring, got before its coordinator is asked;
  /// 0 where the producer has one open here under this epoch. invalid_producer_epoch where a later
  /// epoch was seen here.
  Result<VerificationGuard> verification_guard(ProducerId producer_id, int16_t epoch,
                                               int32_t first_sequence,
                                               FirstSequence unknown_producer = FirstSequence::any);

  /// Calls back when every record below `up_to` is as durable as the topic's level promises for
  /// acks=all; at once where it already is. An `up_to` beyond the end counts as the end.
  void when_durable(Offset up_to, DurableCallback callback);

  /// offset_out_of_range, fenced_leader_epoch, unknown_leader_epoch, kafka_storage_error, or the
  /// reason of retire(). Between high watermark and log end there is nothing to read, without
  /// error.
  Result<PartitionData> read(const ReadSpec& spec) const;

  /// Calls `waiter` from now on whenever bytes become readable for this isolation, also for those
  /// that did since the read that gave `readable_stamp`; and when the partition goes away.
  void add_waiter(const std::shared_ptr<FetchWaiter>& waiter, Isolation isolation,
                  int64_t readable_stamp);
  void remove_waiter(const FetchWaiter& waiter);

  /// -1, -1, -1 where no record fits. Errors as for read.
  Result<ListedOffset> list_offset(int64_t timestamp, Isolation isolation,
                                   LeaderEpoch current_leader_epoch = kNoLeaderEpoch) const;
  /// KIP-320. Errors as for read.
  Result<EpochEnd> epoch_end_offset(LeaderEpoch requested, LeaderEpoch current_leader_epoch) const;
  /// -1 means the high watermark. Answers the new log start offset. offset_out_of_range,
  /// policy_violation (a topic without cleanup.policy=delete), invalid_topic_exception (internal).
  Result<Offset> delete_records(Offset before);

  Offset high_watermark() const { return Offset(high_watermark_.load()); }
  Offset last_stable_offset() const { return Offset(last_stable_offset_.load()); }
  /// 0, 0, 0 and 0 while offline from the start.
  Offset log_start_offset() const;
  Offset log_end_offset() const;
  LeaderEpoch leader_epoch() const;
  int64_t size_bytes() const;
  const PartitionTraffic& traffic() const { return traffic_; }
  void note_fetched(int64_t bytes) { traffic_.bytes_out.add(bytes); }
  /// True after a storage failure: every call answers kafka_storage_error until a restart.
  bool offline() const;

  std::shared_ptr<const TopicConfig> config() const;
  void set_config(std::shared_ptr<const TopicConfig> config);

  void run_retention();
  void expire_producers();

  /// From now on every call answers `reason`. Those who wait get it when the answered function is
  /// called, which the caller does once it holds no lock.
  [[nodiscard]] std::function<void()> retire(ErrorCode reason);

  /// Nothing where the partition could not be opened.
  const std::shared_ptr<storage::PartitionLog>& log() const { return log_; }

 private:
  /// Somebody who waits until everything below `end` is durable.
  struct Waiting {
    Offset end;
    /// Of an acks=all batch: the high watermark stops here, and this many bytes were appended
    /// before.
    bool holds_high_watermark = false;
    Offset base;
    int64_t bytes_before = 0;
    /// Called with none, or with why the records may be lost.
    std::function<void(ErrorCode)> answer;
  };
  using Woken = std::vector<std::shared_ptr<FetchWaiter>>;

  /// What a change leaves to do once the lock is released.
  struct Afterwards {
    Woken woken;
    std::vector<std::function<void(ErrorCode)>> answers;
    ErrorCode answer_code = ErrorCode::none;
    bool request_sync = false;
    std::optional<Milliseconds> sync_within;
  };

  explicit Partition(Options options);

  ErrorCode unusable() const;
  struct Write {
    ByteView batches;
    bool internal = false;
    int16_t acks = -1;
    VerificationGuard guard = 0;
    record::MarkerEpoch marker_epoch = record::MarkerEpoch::kept;
  };
  /// Writes, and keeps `answer` in waiting_ if a sync must come first; otherwise the caller
  /// answers.
  Result<storage::AppendedInfo> write(const Write& write, std::function<void(ErrorCode)>& answer,
                                      Afterwards& afterwards) MILL_REQUIRES(mutex_);
  bool must_wait(const storage::AppendedInfo& appended, int16_t acks) const MILL_REQUIRES(mutex_);
  record::ValidationOptions validation_options(const ProduceSpec& spec,
                                               const TopicConfig& config) const;
  void advance_high_watermark(Afterwards& afterwards) MILL_REQUIRES(mutex_);
  void advance_last_stable_offset(Afterwards& afterwards) MILL_REQUIRES(mutex_);
  /// Tells other processes where readers stop now.
  void publish() MILL_REQUIRES(mutex_);
  void plan_sync(Afterwards& afterwards) MILL_REQUIRES(mutex_);
  void plan_timed_sync(Afterwards& afterwards) MILL_REQUIRES(mutex_);
  void fail_waiting(ErrorCode code, Afterwards& afterwards) MILL_REQUIRES(mutex_);
  void finish(Afterwards afterwards) MILL_EXCLUDES(mutex_);
  void request_sync();
  void schedule_sync(Milliseconds within);
  void on_timed_sync();
  void on_synced(Result<Offset> synced);
  Result<void> check_epoch(LeaderEpoch current_leader_epoch) const;
  Result<void> check_usable() const;
  /// Where the log leaves the one that the reader knows, if it does; offset_out_of_range where that
  /// cannot be told.
  Result<std::optional<EpochEnd>> diverging_epoch(const ReadSpec& spec) const;

  const TopicPartition id_;
  const std::string name_;
  const std::shared_ptr<storage::PartitionLog> log_;
  storage::LogDirectory* const directory_;
  storage::SyncPool* const sync_pool_;
  const bool sync_inline_;
  const Clock& clock_;
  Timers& timers_;
  PartitionTraffic traffic_;

  mutable Mutex mutex_{LockRank::partition};
  std::shared_ptr<const TopicConfig> config_ MILL_GUARDED_BY(mutex_);
  /// Written under the mutex, read without: a reader never waits for an append.
  std::atomic<ErrorCode> retired_ = ErrorCode::none;
  // In append order. Invariant: every `end` is at most the log's end, and a sync is requested
  // whenever this is not empty.
  std::deque<Waiting> waiting_ MILL_GUARDED_BY(mutex_);
  bool sync_requested_ MILL_GUARDED_BY(mutex_) = false;
  bool timed_sync_scheduled_ MILL_GUARDED_BY(mutex_) = false;
  /// Readers of one isolation: what they may see, and those of them who wait for more.
  struct Audience {
    /// Written under the mutex, behind the offset that it belongs to; read without, in front of it.
    std::atomic<int64_t> readable_bytes = 0;
    std::vector<std::shared_ptr<FetchWaiter>> waiters;

    /// Moves those who have enough now to `woken`.
    void reach(int64_t bytes, Woken& woken);
  };
  Audience& audience(Isolation isolation) MILL_REQUIRES(mutex_) {
    return audiences_[static_cast<size_t>(isolation)];
  }
  /// For readers, who take no lock.
  int64_t readable_bytes(Isolation isolation) const MILL_NO_THREAD_SAFETY {
    return audiences_[static_cast<size_t>(isolation)].readable_bytes;
  }
  // Bytes since the partition was opened. Invariant: committed <= uncommitted <= appended_bytes_.
  std::array<Audience, 2> audiences_ MILL_GUARDED_BY(mutex_);
  int64_t appended_bytes_ MILL_GUARDED_BY(mutex_) = 0;
  /// What was appended before the first record of a transaction that began since then, by offset;
  /// those below the last stable offset are forgotten.
  std::map<Offset, int64_t> bytes_before_transaction_ MILL_GUARDED_BY(mutex_);
  // Written under the mutex, read without.
  std::atomic<int64_t> high_watermark_ = 0;
  std::atomic<int64_t> last_stable_offset_ = 0;
};

using PartitionPtr = std::shared_ptr<Partition>;

}  // namespace millrace::broker
