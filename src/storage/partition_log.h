// PartitionLog: the log of one partition, one directory of Kafka's segment files.
//
// Appends take one short lock: sequence check, one positioned write, index bookkeeping in memory.
// Reads take none: they see an immutable list of segments and the last published end. What is
// appended is in the page cache (it survives the process); what sync() covered survives power loss.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/published.h"
#include "base/strong.h"
#include "base/uuid.h"
#include "io/chunks.h"
#include "io/file_system.h"
#include "millrace/clock.h"
#include "millrace/result.h"
#include "storage/leader_epochs.h"
#include "storage/log_config.h"
#include "storage/offset_map.h"
#include "storage/producer_state.h"
#include "storage/published_tail.h"
#include "storage/recovery_report.h"
#include "storage/topic_partition.h"
#include "storage/verification.h"

namespace millrace::storage {

class Publisher;
class Segment;
struct AbortedTransaction;
struct BatchPlace;
struct LastOfProducer;

enum class AppendOrigin : uint8_t {
  client,    // sequences of idempotent producers are checked
  internal,  // written by the broker itself: not checked
};

struct AppendRequest {
  /// One or more whole batches of format v2, already validated; not changed. Offsets and the
  /// leader epoch are put in while writing. Several batches of idempotent producers are checked
  /// each against what was there before.
  ByteView batches;
  AppendOrigin origin = AppendOrigin::client;
  int64_t now_ms = 0;
  /// Of the batch that begins a transaction here: what verification_guard gave.
  VerificationGuard guard = kNoVerification;
  /// Of a marker.
  record::MarkerEpoch marker_epoch = record::MarkerEpoch::kept;
};

struct AppendedInfo {
  Offset base_offset;
  Offset last_offset;
  Offset log_start_offset;
  /// A retry of a batch that is already there: nothing was written, the offsets are the first
  /// attempt's (which may still wait for its sync).
  bool duplicate = false;
  /// It began a transaction on this partition.
  bool began_transaction = false;
};

struct ReadLimits {
  int64_t bytes_max = 0;
  /// Records from here on are not shown (high watermark, last stable offset).
  Offset up_to;
  /// The first batch is answered whole even where it is larger than bytes_max (KIP-74).
  bool at_least_one = false;
};

struct ReadResult {
  /// Whole batches from the one that holds the offset asked for; the last may be cut short, as
  /// Kafka's clients expect. Empty when there is nothing to read.
  io::Chunks chunks;
  int64_t size = 0;
  /// No record of the answer is at or above; at most the log's end.
  Offset bound;
};

/// Where readers stop.
struct ReadableOffsets {
  Offset high_watermark;
  Offset last_stable_offset;
};

struct TimestampOffset {
  int64_t timestamp = -1;
  Offset offset{-1};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset{-1};
};

struct CleanableSpec {
  /// Where the last round of cleaning ended; anything outside of the log means its start.
  Offset cleaned_up_to;
  /// The last stable offset: all transactions with records below have ended.
  Offset stable_offset;
  int64_t now_ms = 0;
};

/// What a round of cleaning would look at: whole segments, in front of the active one.
struct Cleanable {
  Offset first_dirty;
  /// The first offset that is left alone: not durable, not stable or too young.
  Offset end;
  int64_t clean_bytes = 0;
  int64_t dirty_bytes = 0;
  /// Something dirty is older than max.compaction.lag.ms.
  bool is_overdue = false;

  double dirty_ratio() const {
    const int64_t all = clean_bytes + dirty_bytes;
    return all == 0 ? 0 : static_cast<double>(dirty_bytes) / static_cast<double>(all);
  }
};

struct CleanSpec {
  /// Of cleanable().
  Offset first_dirty;
  Offset end;
  int64_t now_ms = 0;
  OffsetMapLimits map = {};
  /// Half for reading, half for writing; more only for a batch that is larger.
  int64_t io_buffer_bytes = 512 * 1024;
  /// Told of every piece that was read or written; may take its time. False stops the round.
  std::function<bool(int64_t bytes)> on_io = nullptr;
};

struct CleanOutcome {
  /// Where the next round begins.
  Offset first_dirty;
  /// False where it was stopped: some segments may be cleaned, the next round begins as this one.
  bool completed = false;
  int64_t bytes_before = 0;
  int64_t bytes_after = 0;
  int64_t records_before = 0;
  int64_t records_after = 0;
};

/// Invariant: log_start_offset <= synced_offset <= log_end_offset, segments ascend without overlap.
/// Safe from any thread. A write or sync that fails takes the log offline for good (a full disk
/// does not: it refuses that append only); then everything answers kafka_storage_error until the
/// next start recovers it.
class PartitionLog {
 public:
  struct OpenOptions {
    std::string directory;
    TopicPartition name;
    LogConfig config;
    /// The last run closed this log; nothing needs to be scanned.
    bool clean = false;
    /// Everything below was durable.
    Offset recovery_point;
    /// Records below were deleted.
    Offset log_start_offset;
  };

  /// Makes a new, empty log with leader epoch 0; names and contents are durable on success except
  /// the directory's own name in its parent.
  static Result<std::shared_ptr<PartitionLog>> create(io::FileSystem& fs, const Clock& clock,
                                                      OpenOptions options, const Uuid& topic_id);
  /// Opens an existing directory, recovering what an unclean end left; `recovery` is filled.
  static Result<std::shared_ptr<PartitionLog>> open(io::FileSystem& fs, const Clock& clock,
                                                    OpenOptions options,
                                                    PartitionRecovery& recovery);
  ~PartitionLog();
  PartitionLog(const PartitionLog&) = delete;
  PartitionLog& operator=(const PartitionLog&) = delete;

  const TopicPartition& name() const { return name_; }
  const std::string& directory() const { return directory_; }
  /// Zero where the directory had no partition.metadata.
  Uuid topic_id() const;
  Result<void> set_topic_id(const Uuid& topic_id);

  /// Writes the batches at the end of the log, all or none. Errors that leave the log as it was:
  /// out_of_order_sequence_number, invalid_producer_epoch, transaction_coordinator_fenced,
  /// invalid_txn_state for a transaction that begins here without a guard, record_list_too_large
  /// for more than a segment holds, and kafka_storage_error for a full disk.
  Result<AppendedInfo> append(const AppendRequest& request);

  /// KIP-890: a transaction begins on a partition only if its coordinator knows that it does, and
  /// not if it ended while the coordinator was asked. A guard, to be got before asking, or
  /// kNoVerification where the producer has one open here under this epoch, so that nobody needs to
  /// be asked. A later batch is refused as long as the first one that was asked for has not come.
  /// invalid_producer_epoch where the log knows a later epoch.
  Result<VerificationGuard> verification_guard(ProducerId producer_id, int16_t epoch,
                                               int32_t first_sequence,
                                               FirstSequence unknown_producer = FirstSequence::any);

  /// Where readers of committed records stop: the first record of a transaction that is open or
  /// whose end is not below `high_watermark`; else the high watermark. Safe from one thread at a
  /// time; high watermarks must not fall.
  Offset last_stable_offset(Offset high_watermark);
  /// Aborted transactions with records in [from, up_to), by their ends. kafka_storage_error where
  /// an index cannot be read.
  Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from, Offset up_to) const;

  /// Who tells other processes how far the log may be read. Before it is in service.
  void set_publisher(std::shared_ptr<Publisher> publisher);
  const std::shared_ptr<Publisher>& publisher() const { return publisher_; }
  /// Tells them, where there is a publisher. Called by one thread at a time.
  void publish_readable(const ReadableOffsets& readable);

  /// Answers batches from the one that contains `from` on; from the next one where `from` was
  /// removed. offset_out_of_range below the log start or above the log end.
  Result<ReadResult> read(Offset from, const ReadLimits& limits) const;

  /// The first record with timestamp >= `timestamp` and offset below `up_to`, or nothing.
  Result<std::optional<TimestampOffset>> offset_for_timestamp(int64_t timestamp,
                                                              Offset up_to) const;
  /// The record with the largest timestamp, the first of several, or nothing in an empty log.
  Result<std::optional<TimestampOffset>> max_timestamp() const;

  /// KIP-320: the largest epoch <= `epoch` and where it ends; -1, -1 where unknown.
  EpochEnd epoch_end_offset(LeaderEpoch epoch) const;
  /// The epoch under which records are appended now.
  LeaderEpoch leader_epoch() const { return LeaderEpoch(leader_epoch_.load()); }
  /// The epoch of the record at `offset`, or nothing.
  std::optional<LeaderEpoch> epoch_of(Offset offset) const;
  /// Starts a newer epoch at the log end; durable on success. An epoch that is not newer is
  /// ignored.
  Result<void> start_epoch(LeaderEpoch epoch);

  Offset log_start_offset() const { return Offset(log_start_offset_.load()); }
  Offset log_end_offset() const { return tail_.load().end_offset; }
  /// Everything below is durable.
  Offset synced_offset() const { return Offset(synced_offset_.load()); }
  int64_t size() const;
  size_t segment_count() const;
  /// Names, sizes: for describing log dirs and for tests.
  Offset active_segment_base() const { return tail_.load().active_base; }

  /// Makes everything appended before the call durable; answers the offset it covered. Called by
  /// one thread at a time (the sync pool sees to that). A failure takes the log offline.
  Result<Offset> sync();

  /// Moves the log start up to `offset` (<= log end) and removes segments wholly below.
  /// offset_out_of_range above the log end. Lasting only with the directory's checkpoint.
  Result<Offset> delete_records(Offset offset);
  /// Removes whole segments that retention or the log start make unneeded, only those wholly below
  /// `up_to` (the high watermark). Answers how many.
  Result<size_t> apply_retention(int64_t now_ms, Offset up_to);
  /// Ends the active segment and starts a new one, unless it is empty.
  Result<void> roll();

  /// What cleaning would find now. Errors are those of reading.
  Result<Cleanable> cleanable(const CleanableSpec& spec) const;
  /// One round of cleaning (compaction) by Kafka's rules; offsets never change. Appends and reads
  /// go on meanwhile, and readers that hold old segments keep them. One thread at a time. After an
  /// error the log is as before or cleaned in part, and all the same whole; corrupt_message where a
  /// batch is damaged. The log goes offline only where a swap of files fails half-way.
  Result<CleanOutcome> clean(const CleanSpec& spec);

  void update_config(const LogConfig& config);
  LogConfig config() const;

  /// Idempotent producers the log knows, by id: for describing producers and for tests.
  std::vector<ProducerEntry> producers() const;
  void expire_producers(int64_t now_ms);

  /// True from the first failed write or sync on.
  bool is_offline() const { return offline_.load(); }
  /// What took the log offline; kafka_storage_error.
  Error offline_error() const;

  /// Writes indexes and the producer snapshot, makes all durable, trims the files. Afterwards every
  /// call fails. A log that is offline is only marked closed.
  Result<void> close();
  /// Marks the log closed without writing: its directory is going away.
  void abandon();
  /// False where this log must be recovered at the next start though the directory closes cleanly.
  bool closed_cleanly() const { return closed_cleanly_.load(); }

 private:
  friend class LogClean;
  friend class LogOpener;
  using SegmentList = std::vector<std::shared_ptr<Segment>>;
  using SharedSegments = std::shared_ptr<const SegmentList>;

  PartitionLog(io::FileSystem& fs, const Clock& clock, const OpenOptions& options);

  /// One batch of an append: where it goes and what its header says.
  struct Incoming {
    ByteView bytes;
    /// The first 16 bytes with this log's offset and leader epoch in them.
    std::array<std::byte, 16> front;
    ProducerBatch producer;
    Offset last_offset;
    int64_t max_timestamp = -1;
  };
  /// A transaction that is being verified.
  struct Verifying {
    VerificationGuard guard = kNoVerification;
    int16_t epoch = -1;
    int32_t first_sequence = -1;
    FirstSequence unknown_producer = FirstSequence::any;
    int64_t asked_ms = 0;
  };
  Result<std::vector<Incoming>> place_batches(const AppendRequest& request) MILL_REQUIRES(mutex_);
  Result<std::optional<WrittenBatch>> check_sequences(const std::vector<Incoming>& batches) const
      MILL_REQUIRES(mutex_);
  Result<void> check_transactions(const AppendRequest& request,
                                  const std::vector<Incoming>& batches) const MILL_REQUIRES(mutex_);
  Result<void> check_first(const ProducerBatch& batch, const Verifying& asked) const
      MILL_REQUIRES(mutex_);
  bool is_open_here(ProducerId producer_id, int16_t epoch) const MILL_REQUIRES(mutex_);
  Result<void> make_room(const AppendRequest& request, const std::vector<Incoming>& batches)
      MILL_REQUIRES(mutex_);
  Result<void> write(const std::vector<Incoming>& batches) MILL_REQUIRES(mutex_);
  /// True where a transaction began.
  bool enter(const std::vector<Incoming>& batches) MILL_REQUIRES(mutex_);
  bool enter_producer(const ProducerBatch& batch) MILL_REQUIRES(mutex_);
  void name_aborted(Offset first_offset) MILL_REQUIRES(mutex_);
  void note_aborted_named(const Segment& segment) MILL_REQUIRES(mutex_);
  Result<void> clear_leftovers() MILL_REQUIRES(mutex_);
  Result<void> roll_locked() MILL_REQUIRES(mutex_);
  Result<void> check_usable() const MILL_REQUIRES(mutex_);
  /// Answers the error that callers see: a full disk as it is, anything else takes the log offline.
  Error failed(const Error& cause, std::string_view action) MILL_REQUIRES(mutex_);
  Result<void> leave_failed_sync_mark();
  void drop_unsynced() MILL_REQUIRES(mutex_);
  void publish(SegmentList list) MILL_REQUIRES(mutex_);
  Result<size_t> remove_oldest(size_t count) MILL_REQUIRES(mutex_);
  std::unordered_map<ProducerId, LastOfProducer> last_of_producers() const;
  /// Swaps the files of `cleaned` in, then the segment.
  Result<void> replace_segments(const SegmentList& old, const Segment& cleaned);
  void publish_cleaned(const SegmentList& old, std::shared_ptr<Segment> cleaned);
  Result<void> write_snapshot() MILL_REQUIRES(mutex_);
  std::string path_of(std::string_view file) const;
  SharedSegments segments() const { return segments_.load(); }
  Segment& active() const MILL_REQUIRES(mutex_) { return *segments_.load()->back(); }

  /// What a reader may see of one segment.
  struct View {
    Segment* segment = nullptr;
    int64_t limit = 0;
    Offset next_base;
  };
  static View view_of(const SegmentList& list, size_t index, const Tail& tail);
  Result<std::optional<BatchPlace>> find_batch(const View& view, const Tail& tail,
                                               Offset from) const;
  Result<int64_t> limit_before(const View& view, const Tail& tail, Offset up_to) const;

  io::FileSystem& fs_;
  const Clock& clock_;
  const TopicPartition name_;
  const std::string directory_;

  /// Held while whole segment files come and go, across file work: neither appends nor reads take
  /// it.
  mutable Mutex files_mutex_{LockRank::log_files};
  mutable Mutex mutex_{LockRank::log};
  LogConfig config_ MILL_GUARDED_BY(mutex_);
  Uuid topic_id_ MILL_GUARDED_BY(mutex_);
  ProducerState producers_ MILL_GUARDED_BY(mutex_);
  /// Transactions whose end was not below the high watermark yet: first offset, marker.
  std::map<Offset, Offset> ended_ MILL_GUARDED_BY(mutex_);
  /// Producers whose transaction is being verified. A marker ends what was asked before it.
  std::unordered_map<ProducerId, Verifying> verifying_ MILL_GUARDED_BY(mutex_);
  VerificationGuard last_guard_ MILL_GUARDED_BY(mutex_) = kNoVerification;
  LeaderEpochs epochs_ MILL_GUARDED_BY(mutex_);
  std::optional<Error> offline_cause_ MILL_GUARDED_BY(mutex_);
  bool closed_ MILL_GUARDED_BY(mutex_) = false;
  /// A refused append may have left bytes behind the end; cleared before the next append.
  bool tail_dirty_ MILL_GUARDED_BY(mutex_) = false;
  /// The last write met a full disk: said once when it begins and once when it is over.
  bool disk_was_full_ MILL_GUARDED_BY(mutex_) = false;
  /// Sealed segments that no sync covered yet, oldest first.
  std::vector<std::shared_ptr<Segment>> unsynced_ MILL_GUARDED_BY(mutex_);
  std::vector<std::string> unsynced_snapshots_ MILL_GUARDED_BY(mutex_);
  /// Names in the directory changed since its last sync.
  bool names_dirty_ MILL_GUARDED_BY(mutex_) = false;
  std::optional<Offset> last_snapshot_ MILL_GUARDED_BY(mutex_);
  /// The segment whose file could not be told of an aborted transaction.
  std::optional<Offset> unnamed_segment_ MILL_GUARDED_BY(mutex_);

  std::shared_ptr<Publisher> publisher_;
  /// The first record of a transaction whose abort only this process knows of.
  std::atomic<int64_t> unnamed_from_ = INT64_MAX;

  Published<const SegmentList> segments_;
  PublishedTail tail_;
  std::atomic<int64_t> log_start_offset_ = 0;
  std::atomic<int64_t> synced_offset_ = 0;
  std::atomic<int32_t> leader_epoch_ = 0;
  /// A transaction is open, or ended above the high watermark: else nobody needs to look.
  std::atomic<bool> has_unstable_ = false;
  std::atomic<bool> offline_ = false;
  std::atomic<bool> closed_cleanly_ = false;
};

}  // namespace millrace::storage
