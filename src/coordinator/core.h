// Core: what stands behind GroupCoordinator. One file per subject implements it: core.cc (finding
// and locking groups), join.cc, rebalance.cc, sync.cc, session.cc, leave.cc, groups.cc (list,
// describe, delete), offset_commit.cc, offset_transactions.cc, offset_fetch.cc, offset_delete.cc,
// load.cc, expiry.cc. For groups of the consumer protocol, in consumer/: heartbeat.cc, settle.cc
// (one change after the other), member_timers.cc, describe.cc, classic_members.cc, convert.cc,
// offset_checks.cc.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/timers.h"
#include "coordinator/consumer/consumer_change.h"
#include "coordinator/consumer/consumer_messages.h"
#include "coordinator/consumer/consumer_side.h"
#include "coordinator/coordinator_config.h"
#include "coordinator/effects.h"
#include "coordinator/group.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/offsets_log.h"
#include "coordinator/replay.h"
#include "millrace/clock.h"

namespace millrace::record {
class BatchBuilder;
}  // namespace millrace::record

namespace millrace::coordinator {

/// A group with its lock and the batches that it waits to append.
struct GroupCell {
  template <class... Args>
  explicit GroupCell(PartitionId at, Args&&... args)
      : partition(at), group(std::forward<Args>(args)...) {}

  const PartitionId partition;
  Mutex mutex{LockRank::group};
  Group group MILL_GUARDED_BY(mutex);
  ConsumerSide consumer MILL_GUARDED_BY(mutex);
  std::deque<PendingAppend> outbox MILL_GUARDED_BY(mutex);
  /// A thread is appending from the outbox; others leave their batches to it.
  bool is_draining MILL_GUARDED_BY(mutex) = false;
};
using CellPtr = std::shared_ptr<GroupCell>;

/// A group under its lock, as the functions below pass it on.
struct Locked {
  const CellPtr& cell;
  /// Members of the classic protocol, and the offsets of either protocol.
  Group& group;
  ConsumerSide& consumer;
  Effects& effects;
};

/// Shared with callbacks, which hold it weakly: a callback that comes after the coordinator's end
/// finds nothing and does nothing.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(const CoordinatorConfig& config, OffsetsLog& log, const Clock& clock, Timers& timers);

  // load.cc
  LoadSummary load();
  // core.cc
  ErrorCode find_coordinator(std::string_view group_id);
  // join.cc
  void join(JoinRequest request, Reply<JoinResponse> reply);
  // sync.cc
  void sync(SyncRequest request, Reply<SyncResponse> reply);
  // session.cc
  ErrorCode heartbeat(const HeartbeatRequest& request);
  // leave.cc
  void leave(LeaveRequest request, Reply<LeaveResponse> reply);
  // groups.cc
  ListGroupsResponse list(const ListGroupsRequest& request);
  DescribedGroup describe(std::string_view group_id);
  void delete_groups(std::vector<std::string> group_ids, Reply<std::vector<DeletedGroup>> reply);
  // offset_commit.cc
  void commit_offsets(OffsetCommitRequest request, Reply<OffsetCommitResponse> reply);
  // offset_transactions.cc
  OffsetsPlace offsets_place(std::string_view group_id);
  Result<uint64_t> offsets_guard(PartitionId partition, ProducerId producer_id, int16_t epoch) {
    return log_.verification_guard(partition, producer_id, epoch);
  }
  void end_transaction(PartitionId partition, Bytes marker, record::MarkerEpoch marker_epoch,
                       Reply<ErrorCode> reply);
  // offset_fetch.cc
  FetchedGroupOffsets fetch_offsets(const FetchGroupOffsetsRequest& request);
  // offset_delete.cc
  void delete_offsets(OffsetDeleteRequest request, Reply<OffsetDeleteResponse> reply);
  void topics_deleted(const std::vector<std::string>& topics);
  // consumer/heartbeat.cc
  void consumer_heartbeat(ConsumerHeartbeatRequest request, Reply<ConsumerHeartbeatResponse> reply);
  // consumer/describe.cc
  DescribedConsumerGroup describe_consumer_group(std::string_view group_id);

 private:
  // --- core.cc: groups and their locks
  struct Found {
    ErrorCode error = ErrorCode::none;
    /// Null without error where there is no such group.
    CellPtr cell;
  };
  Found find(std::string_view group_id);
  /// Creates `__consumer_offsets` and the group where they are missing.
  Found find_or_create(std::string_view group_id);
  std::vector<CellPtr> all_groups();
  void forget(const CellPtr& cell);
  bool is_loaded(PartitionId partition) MILL_REQUIRES(registry_mutex_);
  int64_t now_ms() const { return clock_.wall_ms(); }

  /// Calls `work(Locked&)` under the group's lock; then, without it, what `work` left to be done.
  template <class Work>
  void with_group(const CellPtr& cell, Work&& work) {
    std::optional<Effects> effects;
    {
      const MutexLock lock(cell->mutex);
      effects.emplace(cell->outbox);
      Locked at{cell, cell->group, cell->consumer, *effects};
      work(at);
    }
    drain(cell);
    effects->run_replies();
  }
  void drain(const CellPtr& cell);
  /// Calls `work(Locked&)` at `deadline` unless the coordinator or the group is gone.
  template <class Work>
  TimerId schedule(const CellPtr& cell, SteadyTime deadline, Work work) {
    return timers_.schedule(deadline, [core = weak_from_this(), held = std::weak_ptr(cell), work] {
      const auto self = core.lock();
      const auto group = held.lock();
      if (self && group) self->with_group(group, work);
    });
  }
  /// Runs `work(Locked&)` at its time unless the timer is cancelled or set again before.
  template <class Work>
  void set_timer(Locked& at, GroupTimer Group::* timer, int32_t after_ms, Work work) {
    cancel_timer(at, timer);
    const uint64_t stamp = ++(at.group.*timer).stamp;
    (at.group.*timer).id = schedule(at.cell, clock_.steady_now() + Milliseconds(after_ms),
                                    [timer, stamp, work](Locked& later) {
                                      if ((later.group.*timer).stamp == stamp) work(later);
                                    });
  }
  void cancel_timer(Locked& at, GroupTimer Group::* timer);

  /// Appends one batch of the records in `builder`. `done(Locked&, Result<Offset>)` runs under the
  /// lock when the batch is durable or failed.
  struct AppendSpec {
    std::vector<CommittedPlace> below = {};
    uint64_t guard = 0;
  };
  template <class Done>
  void append(Locked& at, record::BatchBuilder& builder, AppendSpec spec, Done done) {
    append_batch(at, builder, std::move(spec),
                 [core = weak_from_this(), cell = at.cell, done](Result<Offset> appended) {
                   const auto self = core.lock();
                   if (!self) return;
                   self->with_group(cell, [&](Locked& later) { done(later, appended); });
                 });
  }
  void append_batch(Locked& at, record::BatchBuilder& builder, AppendSpec spec,
                    OffsetsLog::Appended done);
  record::BatchBuilder new_batch(
      const std::optional<TransactionalCommit>& transaction = std::nullopt) const;
  void add_group_record(record::BatchBuilder& builder, const Group& group, const GroupValue& value);

  // --- join.cc
  void join_group(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply);
  void join_new_member(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply);
  void join_known_member(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply);
  void add_member(Locked& at, JoinRequest& request, const std::string& member_id,
                  Reply<JoinResponse>& reply);
  void update_member(Locked& at, JoinRequest& request, Member& member, Reply<JoinResponse>& reply);
  bool has_room_for(const Group& group, const std::string& member_id) const;
  JoinResponse current_generation(const Group& group, const std::string& member_id) const;
  // --- static_members.cc
  void rejoin_static_member(Locked& at, JoinRequest& request, const std::string& old_id,
                            const std::string& new_id, Reply<JoinResponse>& reply);
  void persist_static_member(Locked& at, const JoinRequest& request, const Member& before,
                             const std::string& new_id);
  void fence(Locked& at, Member& replaced);

  // --- rebalance.cc
  void prepare_rebalance(Locked& at, std::string_view reason);
  void rebalance_or_complete_join(Locked& at, std::string_view reason);
  void complete_join_if_all_joined(Locked& at);
  void extend_initial_rebalance(Locked& at, int32_t waited_ms, int32_t remaining_ms);
  void complete_join(Locked& at);
  void expire_pending_sync(Locked& at, int32_t generation_id);
  /// Ends a member's waiting requests and forgets it.
  void drop_member(Locked& at, const std::string& member_id);

  // --- sync.cc
  void sync_group(Locked& at, SyncRequest& request, Reply<SyncResponse>& reply);
  void sync_completing(Locked& at, SyncRequest& request, Reply<SyncResponse>& reply);
  void store_assignment(Locked& at, SyncRequest& request);
  void assignment_stored(Locked& at, const Result<Offset>& appended);
  void propagate_assignment(Locked& at, ErrorCode error);
  void note_sync(Locked& at, const std::string& member_id);

  // --- session.cc
  void touch_session(Locked& at, Member& member);
  void touch_session(Locked& at, const std::string& member_id, Session& session,
                     int32_t timeout_ms);
  void session_due(Locked& at, const std::string& member_id);
  void end_session(Session& session);

  // --- leave.cc
  void leave_group(Locked& at, LeaveResponse& response, Reply<LeaveResponse>& reply);

  // --- offset_commit.cc
  ErrorCode validate_commit(const Group& group, const OffsetCommitRequest& request) const;
  void commit_to_group(Locked& at, const OffsetCommitRequest& request,
                       OffsetCommitResponse& response, const std::vector<Uuid>& topic_ids,
                       Reply<OffsetCommitResponse>& reply);
  // --- consumer/offset_checks.cc
  static ErrorCode validate_consumer_commit(const ConsumerGroup& group,
                                            const OffsetCommitRequest& request,
                                            const std::vector<Uuid>& topic_ids);
  static ErrorCode validate_consumer_fetch(const ConsumerGroup& group,
                                           const FetchGroupOffsetsRequest& request);
  void commit_validated(Locked& at, const OffsetCommitRequest& request,
                        OffsetCommitResponse response, const std::vector<Uuid>& topic_ids,
                        Reply<OffsetCommitResponse> reply);

  // --- offset_transactions.cc
  /// From now on the producer's end concerns the group.
  void note_transaction(ProducerId producer_id, const CellPtr& cell);
  void end_transaction_of(ProducerId producer_id, PartitionId partition, bool is_committed);

  // --- offset_delete.cc
  /// Adds tombstones of `names`, in the log's order behind whatever commits are on their way.
  void add_tombstones(record::BatchBuilder& builder, const Group& group,
                      const std::vector<OffsetName>& names);
  void delete_named_offsets(Locked& at, std::vector<OffsetName> names,
                            std::function<void(ErrorCode)> done);
  // --- groups.cc
  /// Of an Empty group: tombstones for it and everything it committed.
  void delete_group(Locked& at, std::function<void(ErrorCode)> done);

  // --- consumer/settle.cc: a group of the consumer protocol changes when the records are durable,
  // --- and one change follows the other.
  /// Runs `work(Locked&)` now, or when the change under way is written.
  template <class Work>
  void when_settled(Locked& at, Work work) {
    if (!at.consumer.is_changing) return work(at);
    at.consumer.waiting.emplace_back(std::move(work));
  }
  /// `group` is at.consumer's, or what it is about to become.
  ConsumerChange new_change(const Locked& at, const ConsumerGroup& group) const {
    return {group, config_, config_.consumer_times(at.group.id()), log_, now_ms()};
  }
  using ChangeDone = std::function<void(Locked&, ErrorCode)>;
  /// Writes `batch` (which may hold other records already) and the change; then the group is
  /// changed, `done` is told, and what waited goes on. On an error the group is as before.
  void write_change(Locked& at, record::BatchBuilder& batch, const ConsumerChange& change,
                    ChangeDone done);
  void write_change(Locked& at, const ConsumerChange& change, ChangeDone done);
  void add_consumer_record(record::BatchBuilder& batch, const Group& group,
                           const ConsumerRecord& record) const;
  void run_waiting(Locked& at);

  // --- consumer/heartbeat.cc
  void heartbeat_of_member(Locked& at, const ConsumerHeartbeatRequest& request,
                           Reply<ConsumerHeartbeatResponse> reply);
  void join_as_first_consumer(Locked& at, const ConsumerHeartbeatRequest& request,
                              Reply<ConsumerHeartbeatResponse> reply);
  void leave_consumer_group(Locked& at, const ConsumerHeartbeatRequest& request,
                            Reply<ConsumerHeartbeatResponse> reply);

  // --- consumer/member_timers.cc
  void touch_consumer(Locked& at, const std::string& member_id);
  void consumer_session_due(Locked& at, const std::string& member_id);
  void set_member_timer(Locked& at, const std::string& member_id,
                        MemberTimer ConsumerTimers::* timer, int32_t after_ms,
                        std::string_view reason);
  void cancel_member_timer(Locked& at, const std::string& member_id,
                           MemberTimer ConsumerTimers::* timer);
  void cancel_all_timers(Locked& at, const std::string& member_id);
  /// After a change: timers of members that came, moved on or went.
  void update_member_timers(Locked& at, const std::vector<ConsumerRecord>& records);
  void update_revocation_timer(Locked& at, const ConsumerMember& member);
  void start_loaded_consumers(Locked& at);
  void fence_consumer(Locked& at, const std::string& member_id, std::string_view reason);
  void fence_consumers(Locked& at, const std::set<std::string>& member_ids, ChangeDone done);

  // --- consumer/classic_members.cc: members of the classic protocol in such a group
  void join_consumer_group(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply);
  void sync_consumer_group(Locked& at, const SyncRequest& request, Reply<SyncResponse>& reply);
  ErrorCode heartbeat_in_consumer_group(Locked& at, const HeartbeatRequest& request);
  void leave_consumer_group(Locked& at, LeaveResponse& response, Reply<LeaveResponse>& reply);
  /// From the first time on that it is told, a member has its rebalance timeout to join again.
  void expect_rejoin(Locked& at, const ConsumerMember& member);
  static ErrorCode validate_classic_member(const ConsumerGroup& group, std::string_view member_id,
                                           const std::optional<std::string>& instance_id);

  // --- consumer/convert.cc
  /// group_id_not_found, with a sentence, where the classic group cannot become a consumer group.
  std::optional<ConsumerHeartbeatResponse> refuse_upgrade(const Group& group) const;
  /// Tells the members whose JoinGroup or SyncGroup waits to join again.
  void send_back_waiting(Locked& at);
  /// Takes the timers of the classic group's members off. Nobody waits any more.
  void detach_classic_group(Locked& at);
  bool can_downgrade_without(const ConsumerGroup& group,
                             const std::set<std::string>& leaving) const;
  /// The group without `leaving` becomes a classic group that rebalances.
  void downgrade(Locked& at, const std::set<std::string>& leaving, ChangeDone done);
  /// An empty consumer group makes room for a classic one.
  void drop_empty_consumer_group(Locked& at);
  void add_consumer_tombstones(record::BatchBuilder& batch, Locked& at) const;

  // --- load.cc
  void install(PartitionId partition, TextMap<LoadedGroup> groups, LoadSummary& summary);
  void start_loaded_group(const CellPtr& cell);
  void cut_back_to_recovered_ends(Locked& at);

  // --- expiry.cc
  void schedule_expiry();
  void expire_offsets(Locked& at);

  const CoordinatorConfig config_;
  OffsetsLog& log_;
  const Clock& clock_;
  Timers& timers_;

  Mutex registry_mutex_{LockRank::group_registry};
  TextMap<CellPtr> groups_ MILL_GUARDED_BY(registry_mutex_);
  /// Groups in which a producer's transaction may have offsets.
  std::unordered_map<ProducerId, std::vector<CellPtr>> transactions_
      MILL_GUARDED_BY(registry_mutex_);
  bool is_load_started_ MILL_GUARDED_BY(registry_mutex_) = false;
  /// Partitions that load() has not given free; those made later need no loading.
  std::vector<bool> is_unloaded_ MILL_GUARDED_BY(registry_mutex_);
};

}  // namespace millrace::coordinator
