// Every message in every version: what decodes must encode to the size foretold and decode again to
// the same message; nothing may read outside its bytes or allocate by what a length claims.
#include <array>
#include <cstdlib>

#include "wire/codec.h"
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

namespace {

using namespace millrace;

template <class T>
void try_message(ByteView bytes, int16_t version) {
  const auto owner = std::make_shared<Bytes>(bytes.begin(), bytes.end());
  ByteReader in(*owner);
  const auto message = wire::decode<T>(in, version, owner);
  if (!message) return;
  ByteWriter out;
  wire::encode(*message, version, out);
  const Bytes encoded = std::move(out).take();
  if (encoded.size() != wire::encoded_size(*message, version)) std::abort();
  ByteReader again(encoded);
  const auto second = wire::decode<T>(again, version, owner);
  if (!second || !again.at_end()) std::abort();
  if (wire::to_text(*message, version).empty()) std::abort();
}

using Try = void (*)(ByteView, uint8_t);

template <class T>
void try_version(ByteView bytes, uint8_t choice) {
  constexpr int kVersions = T::kVersionMax - T::kVersionMin + 1;
  try_message<T>(bytes, static_cast<int16_t>(T::kVersionMin + choice % kVersions));
}

template <class... Messages>
constexpr std::array<Try, sizeof...(Messages)> tries() {
  return {&try_version<Messages>...};
}

constexpr auto kTries = tries<
    wire::AddOffsetsToTxnRequest, wire::AddOffsetsToTxnResponse, wire::AddPartitionsToTxnRequest,
    wire::AddPartitionsToTxnResponse, wire::AlterConfigsRequest, wire::AlterConfigsResponse,
    wire::ApiVersionsRequest, wire::ApiVersionsResponse, wire::ConsumerGroupDescribeRequest,
    wire::ConsumerGroupDescribeResponse, wire::ConsumerGroupHeartbeatRequest,
    wire::ConsumerGroupHeartbeatResponse, wire::CreatePartitionsRequest,
    wire::CreatePartitionsResponse, wire::CreateTopicsRequest, wire::CreateTopicsResponse,
    wire::DeleteGroupsRequest, wire::DeleteGroupsResponse, wire::DeleteRecordsRequest,
    wire::DeleteRecordsResponse, wire::DeleteTopicsRequest, wire::DeleteTopicsResponse,
    wire::DescribeClusterRequest, wire::DescribeClusterResponse, wire::DescribeConfigsRequest,
    wire::DescribeConfigsResponse, wire::DescribeGroupsRequest, wire::DescribeGroupsResponse,
    wire::DescribeLogDirsRequest, wire::DescribeLogDirsResponse, wire::DescribeProducersRequest,
    wire::DescribeProducersResponse, wire::DescribeTopicPartitionsRequest,
    wire::DescribeTopicPartitionsResponse, wire::DescribeTransactionsRequest,
    wire::DescribeTransactionsResponse, wire::ElectLeadersRequest, wire::ElectLeadersResponse,
    wire::EndTxnRequest, wire::EndTxnResponse, wire::FetchRequest, wire::FetchResponse,
    wire::FindCoordinatorRequest, wire::FindCoordinatorResponse, wire::HeartbeatRequest,
    wire::HeartbeatResponse, wire::IncrementalAlterConfigsRequest,
    wire::IncrementalAlterConfigsResponse, wire::InitProducerIdRequest,
    wire::InitProducerIdResponse, wire::JoinGroupRequest, wire::JoinGroupResponse,
    wire::LeaveGroupRequest, wire::LeaveGroupResponse, wire::ListConfigResourcesRequest,
    wire::ListConfigResourcesResponse, wire::ListGroupsRequest, wire::ListGroupsResponse,
    wire::ListOffsetsRequest, wire::ListOffsetsResponse, wire::ListPartitionReassignmentsRequest,
    wire::ListPartitionReassignmentsResponse, wire::ListTransactionsRequest,
    wire::ListTransactionsResponse, wire::MetadataRequest, wire::MetadataResponse,
    wire::OffsetCommitRequest, wire::OffsetCommitResponse, wire::OffsetDeleteRequest,
    wire::OffsetDeleteResponse, wire::OffsetFetchRequest, wire::OffsetFetchResponse,
    wire::OffsetForLeaderEpochRequest, wire::OffsetForLeaderEpochResponse, wire::ProduceRequest,
    wire::ProduceResponse, wire::SyncGroupRequest, wire::SyncGroupResponse,
    wire::TxnOffsetCommitRequest, wire::TxnOffsetCommitResponse, wire::WriteTxnMarkersRequest,
    wire::WriteTxnMarkersResponse>();

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  kTries[data[0] % kTries.size()](ByteView(reinterpret_cast<const std::byte*>(data) + 2, size - 2),
                                  data[1]);
  return 0;
}
