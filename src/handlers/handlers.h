// The handlers, one for each API, each in the file of its name. They translate a request to calls
// of the layers below and the outcome back; rules live below.
#pragma once

#include "handlers/call.h"

namespace millrace::wire {
struct AddOffsetsToTxnRequest;
struct AddOffsetsToTxnResponse;
struct AddPartitionsToTxnRequest;
struct AddPartitionsToTxnResponse;
struct AlterConfigsRequest;
struct AlterConfigsResponse;
struct ApiVersionsRequest;
struct ApiVersionsResponse;
struct ConsumerGroupDescribeRequest;
struct ConsumerGroupDescribeResponse;
struct ConsumerGroupHeartbeatRequest;
struct ConsumerGroupHeartbeatResponse;
struct CreatePartitionsRequest;
struct CreatePartitionsResponse;
struct CreateTopicsRequest;
struct CreateTopicsResponse;
struct DeleteGroupsRequest;
struct DeleteGroupsResponse;
struct DeleteRecordsRequest;
struct DeleteRecordsResponse;
struct DeleteTopicsRequest;
struct DeleteTopicsResponse;
struct DescribeClusterRequest;
struct DescribeClusterResponse;
struct DescribeConfigsRequest;
struct DescribeConfigsResponse;
struct DescribeGroupsRequest;
struct DescribeGroupsResponse;
struct DescribeLogDirsRequest;
struct DescribeLogDirsResponse;
struct DescribeProducersRequest;
struct DescribeProducersResponse;
struct DescribeTopicPartitionsRequest;
struct DescribeTopicPartitionsResponse;
struct DescribeTransactionsRequest;
struct DescribeTransactionsResponse;
struct ElectLeadersRequest;
struct ElectLeadersResponse;
struct EndTxnRequest;
struct EndTxnResponse;
struct FetchRequest;
struct FetchResponse;
struct FindCoordinatorRequest;
struct FindCoordinatorResponse;
struct HeartbeatRequest;
struct HeartbeatResponse;
struct IncrementalAlterConfigsRequest;
struct IncrementalAlterConfigsResponse;
struct InitProducerIdRequest;
struct InitProducerIdResponse;
struct JoinGroupRequest;
struct JoinGroupResponse;
struct LeaveGroupRequest;
struct LeaveGroupResponse;
struct ListConfigResourcesRequest;
struct ListConfigResourcesResponse;
struct ListGroupsRequest;
struct ListGroupsResponse;
struct ListOffsetsRequest;
struct ListOffsetsResponse;
struct ListPartitionReassignmentsRequest;
struct ListPartitionReassignmentsResponse;
struct ListTransactionsRequest;
struct ListTransactionsResponse;
struct MetadataRequest;
struct MetadataResponse;
struct OffsetCommitRequest;
struct OffsetCommitResponse;
struct OffsetDeleteRequest;
struct OffsetDeleteResponse;
struct OffsetFetchRequest;
struct OffsetFetchResponse;
struct OffsetForLeaderEpochRequest;
struct OffsetForLeaderEpochResponse;
struct ProduceRequest;
struct ProduceResponse;
struct SyncGroupRequest;
struct SyncGroupResponse;
struct TxnOffsetCommitRequest;
struct TxnOffsetCommitResponse;
struct WriteTxnMarkersRequest;
struct WriteTxnMarkersResponse;
}  // namespace millrace::wire

namespace millrace::handlers {

using AddOffsetsToTxnCall = Call<wire::AddOffsetsToTxnRequest, wire::AddOffsetsToTxnResponse>;
using AddPartitionsToTxnCall =
    Call<wire::AddPartitionsToTxnRequest, wire::AddPartitionsToTxnResponse>;
using AlterConfigsCall = Call<wire::AlterConfigsRequest, wire::AlterConfigsResponse>;
using ApiVersionsCall = Call<wire::ApiVersionsRequest, wire::ApiVersionsResponse>;
using ConsumerGroupDescribeCall =
    Call<wire::ConsumerGroupDescribeRequest, wire::ConsumerGroupDescribeResponse>;
using ConsumerGroupHeartbeatCall =
    Call<wire::ConsumerGroupHeartbeatRequest, wire::ConsumerGroupHeartbeatResponse>;
using CreatePartitionsCall = Call<wire::CreatePartitionsRequest, wire::CreatePartitionsResponse>;
using CreateTopicsCall = Call<wire::CreateTopicsRequest, wire::CreateTopicsResponse>;
using DeleteGroupsCall = Call<wire::DeleteGroupsRequest, wire::DeleteGroupsResponse>;
using DeleteRecordsCall = Call<wire::DeleteRecordsRequest, wire::DeleteRecordsResponse>;
using DeleteTopicsCall = Call<wire::DeleteTopicsRequest, wire::DeleteTopicsResponse>;
using DescribeClusterCall = Call<wire::DescribeClusterRequest, wire::DescribeClusterResponse>;
using DescribeConfigsCall = Call<wire::DescribeConfigsRequest, wire::DescribeConfigsResponse>;
using DescribeGroupsCall = Call<wire::DescribeGroupsRequest, wire::DescribeGroupsResponse>;
using DescribeLogDirsCall = Call<wire::DescribeLogDirsRequest, wire::DescribeLogDirsResponse>;
using DescribeProducersCall = Call<wire::DescribeProducersRequest, wire::DescribeProducersResponse>;
using DescribeTopicPartitionsCall =
    Call<wire::DescribeTopicPartitionsRequest, wire::DescribeTopicPartitionsResponse>;
using DescribeTransactionsCall =
    Call<wire::DescribeTransactionsRequest, wire::DescribeTransactionsResponse>;
using ElectLeadersCall = Call<wire::ElectLeadersRequest, wire::ElectLeadersResponse>;
using EndTxnCall = Call<wire::EndTxnRequest, wire::EndTxnResponse>;
using FetchCall = Call<wire::FetchRequest, wire::FetchResponse>;
using FindCoordinatorCall = Call<wire::FindCoordinatorRequest, wire::FindCoordinatorResponse>;
using HeartbeatCall = Call<wire::HeartbeatRequest, wire::HeartbeatResponse>;
using IncrementalAlterConfigsCall =
    Call<wire::IncrementalAlterConfigsRequest, wire::IncrementalAlterConfigsResponse>;
using InitProducerIdCall = Call<wire::InitProducerIdRequest, wire::InitProducerIdResponse>;
using JoinGroupCall = Call<wire::JoinGroupRequest, wire::JoinGroupResponse>;
using LeaveGroupCall = Call<wire::LeaveGroupRequest, wire::LeaveGroupResponse>;
using ListConfigResourcesCall =
    Call<wire::ListConfigResourcesRequest, wire::ListConfigResourcesResponse>;
using ListGroupsCall = Call<wire::ListGroupsRequest, wire::ListGroupsResponse>;
using ListOffsetsCall = Call<wire::ListOffsetsRequest, wire::ListOffsetsResponse>;
using ListPartitionReassignmentsCall =
    Call<wire::ListPartitionReassignmentsRequest, wire::ListPartitionReassignmentsResponse>;
using ListTransactionsCall = Call<wire::ListTransactionsRequest, wire::ListTransactionsResponse>;
using MetadataCall = Call<wire::MetadataRequest, wire::MetadataResponse>;
using OffsetCommitCall = Call<wire::OffsetCommitRequest, wire::OffsetCommitResponse>;
using OffsetDeleteCall = Call<wire::OffsetDeleteRequest, wire::OffsetDeleteResponse>;
using OffsetFetchCall = Call<wire::OffsetFetchRequest, wire::OffsetFetchResponse>;
using OffsetForLeaderEpochCall =
    Call<wire::OffsetForLeaderEpochRequest, wire::OffsetForLeaderEpochResponse>;
using ProduceCall = Call<wire::ProduceRequest, wire::ProduceResponse>;
using SyncGroupCall = Call<wire::SyncGroupRequest, wire::SyncGroupResponse>;
using TxnOffsetCommitCall = Call<wire::TxnOffsetCommitRequest, wire::TxnOffsetCommitResponse>;
using WriteTxnMarkersCall = Call<wire::WriteTxnMarkersRequest, wire::WriteTxnMarkersResponse>;

void handle(const AddOffsetsToTxnCall& call);
void handle(const AddPartitionsToTxnCall& call);
void handle(const AlterConfigsCall& call);
void handle(const ApiVersionsCall& call);
void handle(const ConsumerGroupDescribeCall& call);
void handle(const ConsumerGroupHeartbeatCall& call);
void handle(const CreatePartitionsCall& call);
void handle(const CreateTopicsCall& call);
void handle(const DeleteGroupsCall& call);
void handle(const DeleteRecordsCall& call);
void handle(const DeleteTopicsCall& call);
void handle(const DescribeClusterCall& call);
void handle(const DescribeConfigsCall& call);
void handle(const DescribeGroupsCall& call);
void handle(const DescribeLogDirsCall& call);
void handle(const DescribeProducersCall& call);
void handle(const DescribeTopicPartitionsCall& call);
void handle(const DescribeTransactionsCall& call);
void handle(const ElectLeadersCall& call);
void handle(const EndTxnCall& call);
void handle(const FetchCall& call);
void handle(const FindCoordinatorCall& call);
void handle(const HeartbeatCall& call);
void handle(const IncrementalAlterConfigsCall& call);
void handle(const InitProducerIdCall& call);
void handle(const JoinGroupCall& call);
void handle(const LeaveGroupCall& call);
void handle(const ListConfigResourcesCall& call);
void handle(const ListGroupsCall& call);
void handle(const ListOffsetsCall& call);
void handle(const ListPartitionReassignmentsCall& call);
void handle(const ListTransactionsCall& call);
void handle(const MetadataCall& call);
void handle(const OffsetCommitCall& call);
void handle(const OffsetDeleteCall& call);
void handle(const OffsetFetchCall& call);
void handle(const OffsetForLeaderEpochCall& call);
void handle(const ProduceCall& call);
void handle(const SyncGroupCall& call);
void handle(const TxnOffsetCommitCall& call);
void handle(const WriteTxnMarkersCall& call);

}  // namespace millrace::handlers
