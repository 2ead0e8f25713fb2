// Requests and answers about committed offsets. Free of the wire's versions; handlers translate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/strong.h"
#include "coordinator/group_messages.h"
#include "millrace/error_code.h"

namespace millrace::coordinator {

/// The offset of a partition without a commit, as OffsetFetch answers it.
inline constexpr Offset kNoCommittedOffset{-1};

struct OffsetToCommit {
  PartitionId partition;
  Offset offset;
  /// The epoch of the last record consumed; kNoLeaderEpoch below OffsetCommit v6.
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::optional<std::string> metadata;
};

struct TopicOffsetsToCommit {
  std::string topic;
  std::vector<OffsetToCommit> partitions;
};

/// A commit that counts when its producer's transaction is committed (TxnOffsetCommit).
struct TransactionalCommit {
  ProducerId producer_id;
  int16_t producer_epoch = -1;
  /// What offsets_guard gave before the transaction was verified.
  uint64_t guard = 0;
};

/// Where a producer's transaction meets a group: the group's partition of `__consumer_offsets`.
struct OffsetsPlace {
  /// Not none: the coordinator cannot say now.
  ErrorCode error = ErrorCode::none;
  PartitionId partition{0};
};

struct OffsetCommitRequest {
  std::string group_id;
  /// kNoGeneration with an empty member id for standalone consumers.
  int32_t generation_id = kNoGeneration;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  /// OffsetCommit v9 and later: an unknown group is group_id_not_found, before illegal_generation.
  bool knows_group_id_not_found = false;
  /// OffsetCommit v2 to v4; -1 asks for the broker's retention.
  int64_t retention_time_ms = -1;
  std::optional<TransactionalCommit> transaction;
  std::vector<TopicOffsetsToCommit> topics;
};

struct PartitionError {
  PartitionId partition;
  ErrorCode error = ErrorCode::none;
};

struct TopicErrors {
  std::string topic;
  std::vector<PartitionError> partitions;
};

/// Topics and partitions stand in the order of the request; an error of the whole request stands at
/// each partition, as in Kafka.
struct OffsetCommitResponse {
  std::vector<TopicErrors> topics;
};

struct TopicPartitions {
  std::string topic;
  std::vector<PartitionId> partitions;
};

/// One group of an OffsetFetch request.
struct FetchGroupOffsetsRequest {
  std::string group_id;
  /// OffsetFetch v9 and later; members of classic groups pass none.
  std::optional<std::string> member_id;
  int32_t member_epoch = -1;
  /// Null asks for every partition with a commit.
  std::optional<std::vector<TopicPartitions>> topics;
  /// Asks for unstable_offset_commit where a transaction has uncommitted offsets.
  bool require_stable = false;
};

struct FetchedOffset {
  PartitionId partition;
  /// kNoCommittedOffset where there is no commit; that is not an error.
  Offset offset = kNoCommittedOffset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata;
  ErrorCode error = ErrorCode::none;
};

struct FetchedTopicOffsets {
  std::string topic;
  std::vector<FetchedOffset> partitions;
};

struct FetchedGroupOffsets {
  std::string group_id;
  /// Versions below 2 have no place for it: handlers repeat it at each partition.
  ErrorCode error = ErrorCode::none;
  std::vector<FetchedTopicOffsets> topics;
};

struct OffsetDeleteRequest {
  std::string group_id;
  std::vector<TopicPartitions> topics;
};

struct OffsetDeleteResponse {
  /// Where set, `topics` is empty.
  ErrorCode error = ErrorCode::none;
  std::vector<TopicErrors> topics;
};

}  // namespace millrace::coordinator
