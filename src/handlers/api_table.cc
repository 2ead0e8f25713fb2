#include "handlers/api_table.h"

#include <algorithm>
#include <array>

#include "handlers/handlers.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/alter_configs.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/offset_for_leader_epoch.h"
#include "wire/messages/produce.h"
#include "wire/messages/sync_group.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/messages/write_txn_markers.h"

namespace millrace::handlers {

namespace {

template <class Request, class Response>
bool serve(ByteReader& body, RequestContext context, WireReturn to) {
  auto slot = std::make_shared<WireSlot<Response>>(std::move(to));
  auto request = wire::decode<Request>(body, slot->version());
  if (!request) return false;
  handle(Call<Request, Response>{.request = *std::move(request),
                                 .context = std::move(context),
                                 .respond = Responder<Response>(std::move(slot))});
  return true;
}

template <class Request, class Response>
constexpr Api row(int16_t advertised_min = Request::kVersionMin) {
  static_assert(Request::kApiKey == Response::kApiKey);
  return {.key = Request::kApiKey,
          .advertised_min = advertised_min,
          .version_min = Request::kVersionMin,
          .version_max = Request::kVersionMax,
          .flexible_from = Request::kFlexibleFrom,
          .serve = &serve<Request, Response>};
}

template <class Request, class Response>
constexpr Api waiting_row() {
  Api api = row<Request, Response>();
  api.may_wait = true;
  return api;
}

using namespace wire;

constexpr std::array kApis = {
    // Advertised from 0 on although versions below 3 are closed, as Apache Kafka 4 does: older
    // librdkafka looks for them before it compresses (KAFKA-18659).
    row<ProduceRequest, ProduceResponse>(0),
    waiting_row<FetchRequest, FetchResponse>(),
    row<ListOffsetsRequest, ListOffsetsResponse>(),
    row<MetadataRequest, MetadataResponse>(),
    row<OffsetCommitRequest, OffsetCommitResponse>(),
    row<OffsetFetchRequest, OffsetFetchResponse>(),
    row<FindCoordinatorRequest, FindCoordinatorResponse>(),
    waiting_row<JoinGroupRequest, JoinGroupResponse>(),
    row<HeartbeatRequest, HeartbeatResponse>(),
    row<LeaveGroupRequest, LeaveGroupResponse>(),
    waiting_row<SyncGroupRequest, SyncGroupResponse>(),
    row<DescribeGroupsRequest, DescribeGroupsResponse>(),
    row<ListGroupsRequest, ListGroupsResponse>(),
    row<ApiVersionsRequest, ApiVersionsResponse>(),
    row<CreateTopicsRequest, CreateTopicsResponse>(),
    row<DeleteTopicsRequest, DeleteTopicsResponse>(),
    row<DeleteRecordsRequest, DeleteRecordsResponse>(),
    row<InitProducerIdRequest, InitProducerIdResponse>(),
    row<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(),
    row<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(),
    row<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(),
    row<EndTxnRequest, EndTxnResponse>(),
    row<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(),
    row<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(),
    row<DescribeConfigsRequest, DescribeConfigsResponse>(),
    row<AlterConfigsRequest, AlterConfigsResponse>(),
    row<DescribeLogDirsRequest, DescribeLogDirsResponse>(),
    row<CreatePartitionsRequest, CreatePartitionsResponse>(),
    row<DeleteGroupsRequest, DeleteGroupsResponse>(),
    row<ElectLeadersRequest, ElectLeadersResponse>(),
    row<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(),
    row<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(),
    row<OffsetDeleteRequest, OffsetDeleteResponse>(),
    row<DescribeClusterRequest, DescribeClusterResponse>(),
    row<DescribeProducersRequest, DescribeProducersResponse>(),
    row<DescribeTransactionsRequest, DescribeTransactionsResponse>(),
    row<ListTransactionsRequest, ListTransactionsResponse>(),
    row<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(),
    row<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(),
    row<ListConfigResourcesRequest, ListConfigResourcesResponse>(),
    row<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(),
};
static_assert(std::ranges::is_sorted(kApis, {}, &Api::key));

}  // namespace

std::span<const Api> api_table() { return kApis; }

const Api* find_api(int16_t key) {
  const auto found = std::ranges::lower_bound(kApis, key, {}, &Api::key);
  return found != kApis.end() && found->key == key ? &*found : nullptr;
}

}  // namespace millrace::handlers
