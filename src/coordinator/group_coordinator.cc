#include "coordinator/group_coordinator.h"

#include "coordinator/core.h"

namespace millrace::coordinator {

GroupCoordinator::GroupCoordinator(const CoordinatorConfig& config, OffsetsLog& log,
                                   const Clock& clock, Timers& timers)
    : core_(std::make_shared<Core>(config, log, clock, timers)) {}

GroupCoordinator::~GroupCoordinator() = default;

LoadSummary GroupCoordinator::load() { return core_->load(); }

ErrorCode GroupCoordinator::find_coordinator(std::string_view group_id) {
  return core_->find_coordinator(group_id);
}

void GroupCoordinator::join(JoinRequest request, Reply<JoinResponse> reply) {
  core_->join(std::move(request), std::move(reply));
}

void GroupCoordinator::sync(SyncRequest request, Reply<SyncResponse> reply) {
  core_->sync(std::move(request), std::move(reply));
}

ErrorCode GroupCoordinator::heartbeat(const HeartbeatRequest& request) {
  return core_->heartbeat(request);
}

void GroupCoordinator::leave(LeaveRequest request, Reply<LeaveResponse> reply) {
  core_->leave(std::move(request), std::move(reply));
}

void GroupCoordinator::consumer_heartbeat(ConsumerHeartbeatRequest request,
                                          Reply<ConsumerHeartbeatResponse> reply) {
  core_->consumer_heartbeat(std::move(request), std::move(reply));
}

DescribedConsumerGroup GroupCoordinator::describe_consumer_group(std::string_view group_id) const {
  return core_->describe_consumer_group(group_id);
}

ListGroupsResponse GroupCoordinator::list(const ListGroupsRequest& request) const {
  return core_->list(request);
}

DescribedGroup GroupCoordinator::describe(std::string_view group_id) const {
  return core_->describe(group_id);
}

void GroupCoordinator::delete_groups(std::vector<std::string> group_ids,
                                     Reply<std::vector<DeletedGroup>> reply) {
  core_->delete_groups(std::move(group_ids), std::move(reply));
}

void GroupCoordinator::commit_offsets(OffsetCommitRequest request,
                                      Reply<OffsetCommitResponse> reply) {
  core_->commit_offsets(std::move(request), std::move(reply));
}

OffsetsPlace GroupCoordinator::offsets_place(std::string_view group_id) {
  return core_->offsets_place(group_id);
}

Result<uint64_t> GroupCoordinator::offsets_guard(PartitionId partition, ProducerId producer_id,
                                                 int16_t epoch) {
  return core_->offsets_guard(partition, producer_id, epoch);
}

void GroupCoordinator::end_transaction(PartitionId partition, Bytes marker,
                                       record::MarkerEpoch marker_epoch, Reply<ErrorCode> reply) {
  core_->end_transaction(partition, std::move(marker), marker_epoch, std::move(reply));
}

FetchedGroupOffsets GroupCoordinator::fetch_offsets(const FetchGroupOffsetsRequest& request) const {
  return core_->fetch_offsets(request);
}

void GroupCoordinator::delete_offsets(OffsetDeleteRequest request,
                                      Reply<OffsetDeleteResponse> reply) {
  core_->delete_offsets(std::move(request), std::move(reply));
}

void GroupCoordinator::topics_deleted(const std::vector<std::string>& topics) {
  core_->topics_deleted(topics);
}

}  // namespace millrace::coordinator
