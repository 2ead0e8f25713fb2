#include "millrace/error_code.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace millrace {
namespace {

struct Row {
  ErrorCode code;
  bool retriable;
  std::string_view name;
  std::string_view text;
};

// In the order of the codes, so that a lookup is an index; checked at compile time below.
constexpr Row kRows[] = {
    {ErrorCode::unknown_server_error, false, "UNKNOWN_SERVER_ERROR",
     "The server experienced an unexpected error when processing the request."},
    {ErrorCode::none, false, "NONE", "Success."},
    {ErrorCode::offset_out_of_range, false, "OFFSET_OUT_OF_RANGE",
     "The requested offset is not within the range of offsets maintained by the server."},
    {ErrorCode::corrupt_message, true, "CORRUPT_MESSAGE",
     "This message has failed its CRC checksum, exceeds the valid size, has a null key for a "
     "compacted topic, or is otherwise corrupt."},
    {ErrorCode::unknown_topic_or_partition, true, "UNKNOWN_TOPIC_OR_PARTITION",
     "This server does not host this topic-partition."},
    {ErrorCode::invalid_fetch_size, false, "INVALID_FETCH_SIZE",
     "The requested fetch size is invalid."},
    {ErrorCode::leader_not_available, true, "LEADER_NOT_AVAILABLE",
     "There is no leader for this topic-partition as we are in the middle of a leadership "
     "election."},
    {ErrorCode::not_leader_or_follower, true, "NOT_LEADER_OR_FOLLOWER",
     "For requests intended only for the leader, this error indicates that the broker is not the "
     "current leader. For requests intended for any replica, this error indicates that the broker "
     "is not a replica of the topic partition."},
    {ErrorCode::request_timed_out, true, "REQUEST_TIMED_OUT", "The request timed out."},
    {ErrorCode::broker_not_available, false, "BROKER_NOT_AVAILABLE",
     "The broker is not available."},
    {ErrorCode::replica_not_available, true, "REPLICA_NOT_AVAILABLE",
     "The replica is not available for the requested topic-partition. Produce/Fetch requests and "
     "other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the "
     "broker is not a replica of the topic-partition."},
    {ErrorCode::message_too_large, false, "MESSAGE_TOO_LARGE",
     "The request included a message larger than the max message size the server will accept."},
    {ErrorCode::stale_controller_epoch, false, "STALE_CONTROLLER_EPOCH",
     "The controller moved to another broker."},
    {ErrorCode::offset_metadata_too_large, false, "OFFSET_METADATA_TOO_LARGE",
     "The metadata field of the offset request was too large."},
    {ErrorCode::network_exception, true, "NETWORK_EXCEPTION",
     "The server disconnected before a response was received."},
    {ErrorCode::coordinator_load_in_progress, true, "COORDINATOR_LOAD_IN_PROGRESS",
     "The coordinator is loading and hence can't process requests."},
    {ErrorCode::coordinator_not_available, true, "COORDINATOR_NOT_AVAILABLE",
     "The coordinator is not available."},
    {ErrorCode::not_coordinator, true, "NOT_COORDINATOR", "This is not the correct coordinator."},
    {ErrorCode::invalid_topic_exception, false, "INVALID_TOPIC_EXCEPTION",
     "The request attempted to perform an operation on an invalid topic."},
    {ErrorCode::record_list_too_large, false, "RECORD_LIST_TOO_LARGE",
     "The request included message batch larger than the configured segment size on the server."},
    {ErrorCode::not_enough_replicas, true, "NOT_ENOUGH_REPLICAS",
     "Messages are rejected since there are fewer in-sync replicas than required."},
    {ErrorCode::not_enough_replicas_after_append, true, "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
     "Messages are written to the log, but to fewer in-sync replicas than required."},
    {ErrorCode::invalid_required_acks, false, "INVALID_REQUIRED_ACKS",
     "Produce request specified an invalid value for required acks."},
    {ErrorCode::illegal_generation, false, "ILLEGAL_GENERATION",
     "Specified group generation id is not valid."},
    {ErrorCode::inconsistent_group_protocol, false, "INCONSISTENT_GROUP_PROTOCOL",
     "The group member's supported protocols are incompatible with those of existing members or "
     "first group member tried to join with empty protocol type or empty protocol list."},
    {ErrorCode::invalid_group_id, false, "INVALID_GROUP_ID", "The group id is invalid."},
    {ErrorCode::unknown_member_id, false, "UNKNOWN_MEMBER_ID",
     "The coordinator is not aware of this member."},
    {ErrorCode::invalid_session_timeout, false, "INVALID_SESSION_TIMEOUT",
     "The session timeout is not within the range allowed by the broker (as configured by "
     "group.min.session.timeout.ms and group.max.session.timeout.ms)."},
    {ErrorCode::rebalance_in_progress, false, "REBALANCE_IN_PROGRESS",
     "The group is rebalancing, so a rejoin is needed."},
    {ErrorCode::invalid_commit_offset_size, false, "INVALID_COMMIT_OFFSET_SIZE",
     "The committing offset data size is not valid."},
    {ErrorCode::topic_authorization_failed, false, "TOPIC_AUTHORIZATION_FAILED",
     "Topic authorization failed."},
    {ErrorCode::group_authorization_failed, false, "GROUP_AUTHORIZATION_FAILED",
     "Group authorization failed."},
    {ErrorCode::cluster_authorization_failed, false, "CLUSTER_AUTHORIZATION_FAILED",
     "Cluster authorization failed."},
    {ErrorCode::invalid_timestamp, false, "INVALID_TIMESTAMP",
     "The timestamp of the message is out of acceptable range."},
    {ErrorCode::unsupported_sasl_mechanism, false, "UNSUPPORTED_SASL_MECHANISM",
     "The broker does not support the requested SASL mechanism."},
    {ErrorCode::illegal_sasl_state, false, "ILLEGAL_SASL_STATE",
     "Request is not valid given the current SASL state."},
    {ErrorCode::unsupported_version, false, "UNSUPPORTED_VERSION",
     "The version of API is not supported."},
    {ErrorCode::topic_already_exists, false, "TOPIC_ALREADY_EXISTS",
     "Topic with this name already exists."},
    {ErrorCode::invalid_partitions, false, "INVALID_PARTITIONS",
     "Number of partitions is below 1."},
    {ErrorCode::invalid_replication_factor, false, "INVALID_REPLICATION_FACTOR",
     "Replication factor is below 1 or larger than the number of available brokers."},
    {ErrorCode::invalid_replica_assignment, false, "INVALID_REPLICA_ASSIGNMENT",
     "Replica assignment is invalid."},
    {ErrorCode::invalid_config, false, "INVALID_CONFIG", "Configuration is invalid."},
    {ErrorCode::not_controller, true, "NOT_CONTROLLER",
     "This is not the correct controller for this cluster."},
    {ErrorCode::invalid_request, false, "INVALID_REQUEST",
     "This most likely occurs because of a request being malformed by the client library or the "
     "message was sent to an incompatible broker. See the broker logs for more details."},
    {ErrorCode::unsupported_for_message_format, false, "UNSUPPORTED_FOR_MESSAGE_FORMAT",
     "The message format version on the broker does not support the request."},
    {ErrorCode::policy_violation, false, "POLICY_VIOLATION",
     "Request parameters do not satisfy the configured policy."},
    {ErrorCode::out_of_order_sequence_number, false, "OUT_OF_ORDER_SEQUENCE_NUMBER",
     "The broker received an out of order sequence number."},
    {ErrorCode::duplicate_sequence_number, false, "DUPLICATE_SEQUENCE_NUMBER",
     "The broker received a duplicate sequence number."},
    {ErrorCode::invalid_producer_epoch, false, "INVALID_PRODUCER_EPOCH",
     "Producer attempted to produce with an old epoch."},
    {ErrorCode::invalid_txn_state, false, "INVALID_TXN_STATE",
     "The producer attempted a transactional operation in an invalid state."},
    {ErrorCode::invalid_producer_id_mapping, false, "INVALID_PRODUCER_ID_MAPPING",
     "The producer attempted to use a producer id which is not currently assigned to its "
     "transactional id."},
    {ErrorCode::invalid_transaction_timeout, false, "INVALID_TRANSACTION_TIMEOUT",
     "The transaction timeout is larger than the maximum value allowed by the broker (as "
     "configured by transaction.max.timeout.ms)."},
    {ErrorCode::concurrent_transactions, true, "CONCURRENT_TRANSACTIONS",
     "The producer attempted to update a transaction while another concurrent operation on the "
     "same transaction was ongoing."},
    {ErrorCode::transaction_coordinator_fenced, false, "TRANSACTION_COORDINATOR_FENCED",
     "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current "
     "coordinator for a given producer."},
    {ErrorCode::transactional_id_authorization_failed, false,
     "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "Transactional Id authorization failed."},
    {ErrorCode::security_disabled, false, "SECURITY_DISABLED", "Security features are disabled."},
    {ErrorCode::operation_not_attempted, false, "OPERATION_NOT_ATTEMPTED",
     "The broker did not attempt to execute this operation. This may happen for batched RPCs where "
     "some operations in the batch failed, causing the broker to respond without trying the rest."},
    {ErrorCode::kafka_storage_error, true, "KAFKA_STORAGE_ERROR",
     "Disk error when trying to access log file on the disk."},
    {ErrorCode::log_dir_not_found, false, "LOG_DIR_NOT_FOUND",
     "The user-specified log directory is not found in the broker config."},
    {ErrorCode::sasl_authentication_failed, false, "SASL_AUTHENTICATION_FAILED",
     "SASL Authentication failed."},
    {ErrorCode::unknown_producer_id, false, "UNKNOWN_PRODUCER_ID",
     "This exception is raised by the broker if it could not locate the producer metadata "
     "associated with the producerId in question. This could happen if, for instance, the "
     "producer's records were deleted because their retention time had elapsed. Once the last "
     "records of the producerId are removed, the producer's metadata is removed from the broker, "
     "and future appends by the producer will return this exception."},
    {ErrorCode::reassignment_in_progress, false, "REASSIGNMENT_IN_PROGRESS",
     "A partition reassignment is in progress."},
    {ErrorCode::delegation_token_auth_disabled, false, "DELEGATION_TOKEN_AUTH_DISABLED",
     "Delegation Token feature is not enabled."},
    {ErrorCode::delegation_token_not_found, false, "DELEGATION_TOKEN_NOT_FOUND",
     "Delegation Token is not found on server."},
    {ErrorCode::delegation_token_owner_mismatch, false, "DELEGATION_TOKEN_OWNER_MISMATCH",
     "Specified Principal is not valid Owner/Renewer."},
    {ErrorCode::delegation_token_request_not_allowed, false, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
     "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation "
     "token authenticated channels."},
    {ErrorCode::delegation_token_authorization_failed, false,
     "DELEGATION_TOKEN_AUTHORIZATION_FAILED", "Delegation Token authorization failed."},
    {ErrorCode::delegation_token_expired, false, "DELEGATION_TOKEN_EXPIRED",
     "Delegation Token is expired."},
    {ErrorCode::invalid_principal_type, false, "INVALID_PRINCIPAL_TYPE",
     "Supplied principalType is not supported."},
    {ErrorCode::non_empty_group, false, "NON_EMPTY_GROUP", "The group is not empty."},
    {ErrorCode::group_id_not_found, false, "GROUP_ID_NOT_FOUND", "The group id does not exist."},
    {ErrorCode::fetch_session_id_not_found, true, "FETCH_SESSION_ID_NOT_FOUND",
     "The fetch session ID was not found."},
    {ErrorCode::invalid_fetch_session_epoch, true, "INVALID_FETCH_SESSION_EPOCH",
     "The fetch session epoch is invalid."},
    {ErrorCode::listener_not_found, true, "LISTENER_NOT_FOUND",
     "There is no listener on the leader broker that matches the listener on which metadata "
     "request was processed."},
    {ErrorCode::topic_deletion_disabled, false, "TOPIC_DELETION_DISABLED",
     "Topic deletion is disabled."},
    {ErrorCode::fenced_leader_epoch, true, "FENCED_LEADER_EPOCH",
     "The leader epoch in the request is older than the epoch on the broker."},
    {ErrorCode::unknown_leader_epoch, true, "UNKNOWN_LEADER_EPOCH",
     "The leader epoch in the request is newer than the epoch on the broker."},
    {ErrorCode::unsupported_compression_type, false, "UNSUPPORTED_COMPRESSION_TYPE",
     "The requesting client does not support the compression type of given partition."},
    {ErrorCode::stale_broker_epoch, false, "STALE_BROKER_EPOCH", "Broker epoch has changed."},
    {ErrorCode::offset_not_available, true, "OFFSET_NOT_AVAILABLE",
     "The leader high watermark has not caught up from a recent leader election so the offsets "
     "cannot be guaranteed to be monotonically increasing."},
    {ErrorCode::member_id_required, false, "MEMBER_ID_REQUIRED",
     "The group member needs to have a valid member id before actually entering a consumer group."},
    {ErrorCode::preferred_leader_not_available, true, "PREFERRED_LEADER_NOT_AVAILABLE",
     "The preferred leader was not available."},
    {ErrorCode::group_max_size_reached, false, "GROUP_MAX_SIZE_REACHED",
     "The group has reached its maximum size."},
    {ErrorCode::fenced_instance_id, false, "FENCED_INSTANCE_ID",
     "The broker rejected this static consumer since another consumer with the same "
     "group.instance.id has registered with a different member.id."},
    {ErrorCode::eligible_leaders_not_available, true, "ELIGIBLE_LEADERS_NOT_AVAILABLE",
     "Eligible topic partition leaders are not available."},
    {ErrorCode::election_not_needed, true, "ELECTION_NOT_NEEDED",
     "Leader election not needed for topic partition."},
    {ErrorCode::no_reassignment_in_progress, false, "NO_REASSIGNMENT_IN_PROGRESS",
     "No partition reassignment is in progress."},
    {ErrorCode::group_subscribed_to_topic, false, "GROUP_SUBSCRIBED_TO_TOPIC",
     "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to "
     "it."},
    {ErrorCode::invalid_record, false, "INVALID_RECORD",
     "This record has failed the validation on broker and hence will be rejected."},
    {ErrorCode::unstable_offset_commit, true, "UNSTABLE_OFFSET_COMMIT",
     "There are unstable offsets that need to be cleared."},
    {ErrorCode::throttling_quota_exceeded, true, "THROTTLING_QUOTA_EXCEEDED",
     "The throttling quota has been exceeded."},
    {ErrorCode::producer_fenced, false, "PRODUCER_FENCED",
     "There is a newer producer with the same transactionalId which fences the current one."},
    {ErrorCode::resource_not_found, false, "RESOURCE_NOT_FOUND",
     "A request illegally referred to a resource that does not exist."},
    {ErrorCode::duplicate_resource, false, "DUPLICATE_RESOURCE",
     "A request illegally referred to the same resource twice."},
    {ErrorCode::unacceptable_credential, false, "UNACCEPTABLE_CREDENTIAL",
     "Requested credential would not meet criteria for acceptability."},
    {ErrorCode::inconsistent_voter_set, false, "INCONSISTENT_VOTER_SET",
     "Indicates that the either the sender or recipient of a voter-only request is not one of the "
     "expected voters."},
    {ErrorCode::invalid_update_version, false, "INVALID_UPDATE_VERSION",
     "The given update version was invalid."},
    {ErrorCode::feature_update_failed, false, "FEATURE_UPDATE_FAILED",
     "Unable to update finalized features due to an unexpected server error."},
    {ErrorCode::principal_deserialization_failure, false, "PRINCIPAL_DESERIALIZATION_FAILURE",
     "Request principal deserialization failed during forwarding. This indicates an internal error "
     "on the broker cluster security setup."},
    {ErrorCode::snapshot_not_found, false, "SNAPSHOT_NOT_FOUND",
     "Requested snapshot was not found."},
    {ErrorCode::position_out_of_range, false, "POSITION_OUT_OF_RANGE",
     "Requested position is not greater than or equal to zero, and less than the size of the "
     "snapshot."},
    {ErrorCode::unknown_topic_id, true, "UNKNOWN_TOPIC_ID",
     "This server does not host this topic ID."},
    {ErrorCode::duplicate_broker_registration, false, "DUPLICATE_BROKER_REGISTRATION",
     "This broker ID is already in use."},
    {ErrorCode::broker_id_not_registered, false, "BROKER_ID_NOT_REGISTERED",
     "The given broker ID was not registered."},
    {ErrorCode::inconsistent_topic_id, true, "INCONSISTENT_TOPIC_ID",
     "The log's topic ID did not match the topic ID in the request."},
    {ErrorCode::inconsistent_cluster_id, false, "INCONSISTENT_CLUSTER_ID",
     "The clusterId in the request does not match that found on the server."},
    {ErrorCode::transactional_id_not_found, false, "TRANSACTIONAL_ID_NOT_FOUND",
     "The transactionalId could not be found."},
    {ErrorCode::fetch_session_topic_id_error, true, "FETCH_SESSION_TOPIC_ID_ERROR",
     "The fetch session encountered inconsistent topic ID usage."},
    {ErrorCode::ineligible_replica, false, "INELIGIBLE_REPLICA",
     "The new ISR contains at least one ineligible replica."},
    {ErrorCode::new_leader_elected, false, "NEW_LEADER_ELECTED",
     "The AlterPartition request successfully updated the partition state but the leader has "
     "changed."},
    {ErrorCode::offset_moved_to_tiered_storage, false, "OFFSET_MOVED_TO_TIERED_STORAGE",
     "The requested offset is moved to tiered storage."},
    {ErrorCode::fenced_member_epoch, false, "FENCED_MEMBER_EPOCH",
     "The member epoch is fenced by the group coordinator. The member must abandon all its "
     "partitions and rejoin."},
    {ErrorCode::unreleased_instance_id, false, "UNRELEASED_INSTANCE_ID",
     "The instance ID is still used by another member in the consumer group. That member must "
     "leave first."},
    {ErrorCode::unsupported_assignor, false, "UNSUPPORTED_ASSIGNOR",
     "The assignor or its version range is not supported by the consumer group."},
    {ErrorCode::stale_member_epoch, false, "STALE_MEMBER_EPOCH",
     "The member epoch is stale. The member must retry after receiving its updated member epoch "
     "via the ConsumerGroupHeartbeat API."},
    {ErrorCode::mismatched_endpoint_type, false, "MISMATCHED_ENDPOINT_TYPE",
     "The request was sent to an endpoint of the wrong type."},
    {ErrorCode::unsupported_endpoint_type, false, "UNSUPPORTED_ENDPOINT_TYPE",
     "This endpoint type is not supported yet."},
    {ErrorCode::unknown_controller_id, false, "UNKNOWN_CONTROLLER_ID",
     "This controller ID is not known."},
    {ErrorCode::unknown_subscription_id, false, "UNKNOWN_SUBSCRIPTION_ID",
     "Client sent a push telemetry request with an invalid or outdated subscription ID."},
    {ErrorCode::telemetry_too_large, false, "TELEMETRY_TOO_LARGE",
     "Client sent a push telemetry request larger than the maximum size the broker will accept."},
    {ErrorCode::invalid_registration, false, "INVALID_REGISTRATION",
     "The controller has considered the broker registration to be invalid."},
    {ErrorCode::transaction_abortable, false, "TRANSACTION_ABORTABLE",
     "The server encountered an error with the transaction. The client can abort the transaction "
     "to continue using this transactional ID."},
    {ErrorCode::invalid_record_state, false, "INVALID_RECORD_STATE",
     "The record state is invalid. The acknowledgement of delivery could not be completed."},
    {ErrorCode::share_session_not_found, true, "SHARE_SESSION_NOT_FOUND",
     "The share session was not found."},
    {ErrorCode::invalid_share_session_epoch, true, "INVALID_SHARE_SESSION_EPOCH",
     "The share session epoch is invalid."},
    {ErrorCode::fenced_state_epoch, false, "FENCED_STATE_EPOCH",
     "The share coordinator rejected the request because the share-group state epoch did not "
     "match."},
    {ErrorCode::invalid_voter_key, false, "INVALID_VOTER_KEY",
     "The voter key doesn't match the receiving replica's key."},
    {ErrorCode::duplicate_voter, false, "DUPLICATE_VOTER",
     "The voter is already part of the set of voters."},
    {ErrorCode::voter_not_found, false, "VOTER_NOT_FOUND",
     "The voter is not part of the set of voters."},
    {ErrorCode::invalid_regular_expression, false, "INVALID_REGULAR_EXPRESSION",
     "The regular expression is not valid."},
    {ErrorCode::rebootstrap_required, false, "REBOOTSTRAP_REQUIRED",
     "Client metadata is stale. The client should rebootstrap to obtain new metadata."},
    {ErrorCode::streams_invalid_topology, false, "STREAMS_INVALID_TOPOLOGY",
     "The supplied topology is invalid."},
    {ErrorCode::streams_invalid_topology_epoch, false, "STREAMS_INVALID_TOPOLOGY_EPOCH",
     "The supplied topology epoch is invalid."},
    {ErrorCode::streams_topology_fenced, false, "STREAMS_TOPOLOGY_FENCED",
     "The supplied topology epoch is outdated."},
    {ErrorCode::share_session_limit_reached, true, "SHARE_SESSION_LIMIT_REACHED",
     "The limit of share sessions has been reached."},
};

constexpr bool rows_are_dense() {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<int>(kRows[i].code) != static_cast<int>(i) - 1) return false;
  }
  return true;
}
static_assert(rows_are_dense());

const Row& row_of(ErrorCode code) {
  const int index = static_cast<int>(code) + 1;
  if (index < 0 || index >= static_cast<int>(std::size(kRows))) return kRows[0];
  return kRows[index];
}

class KafkaCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "kafka"; }
  std::string message(int code) const override {
    return std::string(error_name(static_cast<ErrorCode>(code)));
  }
};

}  // namespace

std::string_view error_name(ErrorCode code) { return row_of(code).name; }
std::string_view error_text(ErrorCode code) { return row_of(code).text; }
bool is_retriable(ErrorCode code) { return row_of(code).retriable; }

const std::error_category& kafka_category() {
  static const KafkaCategory category;
  return category;
}

std::error_code make_error_code(ErrorCode code) {
  return {static_cast<int>(code), kafka_category()};
}

}  // namespace millrace
