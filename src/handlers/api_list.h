// The APIs that are served, as types: the table of the wire and the in-process link are made of it.
#pragma once

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

template <class RequestType, class ResponseType>
struct ApiPair {
  using Request = RequestType;
  using Response = ResponseType;
};

template <class... Pairs>
struct ApiList {};

/// By rising key.
using ServedApis = ApiList<
    ApiPair<wire::ProduceRequest, wire::ProduceResponse>,
    ApiPair<wire::FetchRequest, wire::FetchResponse>,
    ApiPair<wire::ListOffsetsRequest, wire::ListOffsetsResponse>,
    ApiPair<wire::MetadataRequest, wire::MetadataResponse>,
    ApiPair<wire::OffsetCommitRequest, wire::OffsetCommitResponse>,
    ApiPair<wire::OffsetFetchRequest, wire::OffsetFetchResponse>,
    ApiPair<wire::FindCoordinatorRequest, wire::FindCoordinatorResponse>,
    ApiPair<wire::JoinGroupRequest, wire::JoinGroupResponse>,
    ApiPair<wire::HeartbeatRequest, wire::HeartbeatResponse>,
    ApiPair<wire::LeaveGroupRequest, wire::LeaveGroupResponse>,
    ApiPair<wire::SyncGroupRequest, wire::SyncGroupResponse>,
    ApiPair<wire::DescribeGroupsRequest, wire::DescribeGroupsResponse>,
    ApiPair<wire::ListGroupsRequest, wire::ListGroupsResponse>,
    ApiPair<wire::ApiVersionsRequest, wire::ApiVersionsResponse>,
    ApiPair<wire::CreateTopicsRequest, wire::CreateTopicsResponse>,
    ApiPair<wire::DeleteTopicsRequest, wire::DeleteTopicsResponse>,
    ApiPair<wire::DeleteRecordsRequest, wire::DeleteRecordsResponse>,
    ApiPair<wire::InitProducerIdRequest, wire::InitProducerIdResponse>,
    ApiPair<wire::OffsetForLeaderEpochRequest, wire::OffsetForLeaderEpochResponse>,
    ApiPair<wire::AddPartitionsToTxnRequest, wire::AddPartitionsToTxnResponse>,
    ApiPair<wire::AddOffsetsToTxnRequest, wire::AddOffsetsToTxnResponse>,
    ApiPair<wire::EndTxnRequest, wire::EndTxnResponse>,
    ApiPair<wire::WriteTxnMarkersRequest, wire::WriteTxnMarkersResponse>,
    ApiPair<wire::TxnOffsetCommitRequest, wire::TxnOffsetCommitResponse>,
    ApiPair<wire::DescribeConfigsRequest, wire::DescribeConfigsResponse>,
    ApiPair<wire::AlterConfigsRequest, wire::AlterConfigsResponse>,
    ApiPair<wire::DescribeLogDirsRequest, wire::DescribeLogDirsResponse>,
    ApiPair<wire::CreatePartitionsRequest, wire::CreatePartitionsResponse>,
    ApiPair<wire::DeleteGroupsRequest, wire::DeleteGroupsResponse>,
    ApiPair<wire::ElectLeadersRequest, wire::ElectLeadersResponse>,
    ApiPair<wire::IncrementalAlterConfigsRequest, wire::IncrementalAlterConfigsResponse>,
    ApiPair<wire::ListPartitionReassignmentsRequest, wire::ListPartitionReassignmentsResponse>,
    ApiPair<wire::OffsetDeleteRequest, wire::OffsetDeleteResponse>,
    ApiPair<wire::DescribeClusterRequest, wire::DescribeClusterResponse>,
    ApiPair<wire::DescribeProducersRequest, wire::DescribeProducersResponse>,
    ApiPair<wire::DescribeTransactionsRequest, wire::DescribeTransactionsResponse>,
    ApiPair<wire::ListTransactionsRequest, wire::ListTransactionsResponse>,
    ApiPair<wire::ConsumerGroupHeartbeatRequest, wire::ConsumerGroupHeartbeatResponse>,
    ApiPair<wire::ConsumerGroupDescribeRequest, wire::ConsumerGroupDescribeResponse>,
    ApiPair<wire::ListConfigResourcesRequest, wire::ListConfigResourcesResponse>,
    ApiPair<wire::DescribeTopicPartitionsRequest, wire::DescribeTopicPartitionsResponse>>;

}  // namespace millrace::handlers
