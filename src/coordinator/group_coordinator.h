// GroupCoordinator: consumer groups of the classic protocol, as Apache Kafka 4.x coordinates them.
//
// A group is a small state machine (join, sync, stable) and a table of committed offsets. Both are
// a fold over one partition of `__consumer_offsets` (docs/formats/consumer_offsets.md): nothing
// else is kept on disk, and after a restart replay gives the same groups, members and offsets back.
//
// Lifecycle: open, then load() once; until a group's partition is loaded every call about the group
// answers coordinator_load_in_progress, which clients retry.
// Threads: any thread may call anything. Replies come once for each call, on the calling thread or
// later from a timer, a sync thread or another member's call; never with a lock held. A reply that
// promises durability (commit, sync of a leader, leave, delete) comes when the log is durable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/timers.h"
#include "coordinator/consumer/consumer_messages.h"
#include "coordinator/coordinator_config.h"
#include "coordinator/group_messages.h"
#include "coordinator/offset_messages.h"
#include "coordinator/offsets_log.h"
#include "coordinator/reply.h"
#include "millrace/clock.h"

namespace millrace::coordinator {

class Core;

/// What load() found.
struct LoadSummary {
  int64_t record_count = 0;
  int64_t group_count = 0;
  int64_t offset_count = 0;
  /// Records of kinds this coordinator does not know: left in the log, not used.
  int64_t unknown_record_count = 0;
};

class GroupCoordinator {
 public:
  /// `log`, `clock` and `timers` must outlive the coordinator.
  GroupCoordinator(const CoordinatorConfig& config, OffsetsLog& log, const Clock& clock,
                   Timers& timers);
  /// Replies that still wait are dropped, not called: the connections are closed by then.
  ~GroupCoordinator();
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  /// Replays every partition of `__consumer_offsets` that exists and starts the expiry of offsets.
  /// Blocks while it reads; may run on a thread of its own while requests are served already. A
  /// partition that cannot be read stays unloaded and is logged; the others go on.
  LoadSummary load();

  /// Creates `__consumer_offsets` where it does not exist yet. Success means that this node can
  /// serve `key` as the coordinator of a group now. An empty group id is invalid_group_id only for
  /// requests of the group protocol, not here.
  [[nodiscard]] ErrorCode find_coordinator(std::string_view group_id);

  void join(JoinRequest request, Reply<JoinResponse> reply);
  void sync(SyncRequest request, Reply<SyncResponse> reply);
  [[nodiscard]] ErrorCode heartbeat(const HeartbeatRequest& request);
  void leave(LeaveRequest request, Reply<LeaveResponse> reply);

  /// A member of the consumer protocol joins, stays or leaves.
  void consumer_heartbeat(ConsumerHeartbeatRequest request, Reply<ConsumerHeartbeatResponse> reply);
  [[nodiscard]] DescribedConsumerGroup describe_consumer_group(std::string_view group_id) const;

  [[nodiscard]] ListGroupsResponse list(const ListGroupsRequest& request) const;
  [[nodiscard]] DescribedGroup describe(std::string_view group_id) const;
  void delete_groups(std::vector<std::string> group_ids, Reply<std::vector<DeletedGroup>> reply);

  void commit_offsets(OffsetCommitRequest request, Reply<OffsetCommitResponse> reply);
  /// Where a producer's transaction meets the group. Creates `__consumer_offsets` where it is
  /// missing.
  [[nodiscard]] OffsetsPlace offsets_place(std::string_view group_id);
  /// For TransactionalCommit; 0 where the producer's transaction is open on that partition already,
  /// so that it need not be verified. invalid_producer_epoch where a later epoch was seen there.
  [[nodiscard]] Result<uint64_t> offsets_guard(PartitionId partition, ProducerId producer_id,
                                               int16_t epoch);
  /// Appends the marker to that partition of `__consumer_offsets`; once it is durable the offsets
  /// that the transaction committed there count, or are forgotten.
  void end_transaction(PartitionId partition, Bytes marker, record::MarkerEpoch marker_epoch,
                       Reply<ErrorCode> reply);
  [[nodiscard]] FetchedGroupOffsets fetch_offsets(const FetchGroupOffsetsRequest& request) const;
  void delete_offsets(OffsetDeleteRequest request, Reply<OffsetDeleteResponse> reply);

  /// To be called after topics were deleted: their committed offsets go too, in every group.
  void topics_deleted(const std::vector<std::string>& topics);

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace millrace::coordinator
