// Records of groups of the consumer protocol (KIP-848) in `__consumer_offsets`, byte for byte as
// Apache Kafka writes them (docs/formats/consumer_offsets.md).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "coordinator/group_messages.h"
#include "millrace/result.h"

namespace millrace::coordinator {

/// Partition numbers by topic id. No topic without partitions.
using PartitionSets = std::map<Uuid, std::set<int32_t>>;
/// Partitions with the epoch in which each was assigned. No topic without partitions.
using PartitionEpochs = std::map<Uuid, std::map<int32_t, int32_t>>;

/// The version in front of a key tells what the record is.
enum class ConsumerRecordType : int16_t {
  group = 3,
  /// Written by Kafka before 4.1. Its content is not used, it is only removed.
  partition_metadata = 4,
  member = 5,
  target_epoch = 6,
  target_member = 7,
  current_assignment = 8,
  regular_expression = 16,
};

/// Text views live as long as the bytes parsed.
struct ConsumerKey {
  ConsumerRecordType type = ConsumerRecordType::group;
  std::string_view group_id;
  /// The member's id or the regular expression; empty where a group has one such record.
  std::string_view name;
};

struct ConsumerGroupValue {
  int32_t epoch = 0;
  /// Of the topics that the group subscribes to (metadata_hash.h); 0 where there are none.
  int64_t metadata_hash = 0;
};

/// What a member of the classic protocol told in its JoinGroup.
struct ClassicMemberValue {
  int32_t session_timeout_ms = 0;
  std::vector<MemberProtocol> protocols;

  bool operator==(const ClassicMemberValue&) const = default;
};

/// What a member told about itself.
struct ConsumerMemberValue {
  std::optional<std::string> instance_id;
  std::optional<std::string> rack_id;
  std::string client_id;
  std::string client_host;
  std::set<std::string> subscribed_topics;
  /// Empty for none.
  std::string subscribed_regex;
  int32_t rebalance_timeout_ms = -1;
  std::optional<std::string> server_assignor;
  /// Set for members that speak the classic protocol.
  std::optional<ClassicMemberValue> classic;

  bool operator==(const ConsumerMemberValue&) const = default;
};

struct TargetEpochValue {
  int32_t epoch = 0;
  /// When the target was computed; 0 where unknown.
  int64_t timestamp_ms = 0;
};

/// Where a member stands between what it owns and its target. The numbers are Kafka's.
enum class MemberState : int8_t {
  /// It has all that its epoch gives it.
  stable = 0,
  /// It still owns partitions that it must give up.
  unrevoked_partitions = 1,
  /// It waits for partitions that others still own.
  unreleased_partitions = 2,
  /// A state of a later Kafka.
  unknown = 127,
};

struct CurrentAssignmentValue {
  int32_t member_epoch = 0;
  int32_t previous_member_epoch = -1;
  MemberState state = MemberState::stable;
  PartitionEpochs assigned;
  PartitionEpochs pending_revocation;

  bool operator==(const CurrentAssignmentValue&) const = default;
};

/// The topics that a regular expression matched.
struct RegexValue {
  std::set<std::string> topics;
  /// The version of the topics (TopicView) at that time.
  int64_t version = 0;
  int64_t timestamp_ms = 0;
};

/// One change of a group; a null value takes away. What a group is, is the fold over these.
struct ConsumerGroupRecord {
  std::optional<ConsumerGroupValue> value;
};
struct PartitionMetadataRecord {
  bool is_present = false;
};
struct ConsumerMemberRecord {
  std::string member_id;
  std::optional<ConsumerMemberValue> value;
};
struct TargetEpochRecord {
  std::optional<TargetEpochValue> value;
};
struct TargetMemberRecord {
  std::string member_id;
  std::optional<PartitionSets> value;
};
struct CurrentAssignmentRecord {
  std::string member_id;
  std::optional<CurrentAssignmentValue> value;
};
struct RegexRecord {
  std::string regex;
  std::optional<RegexValue> value;
};
using ConsumerRecord =
    std::variant<ConsumerGroupRecord, PartitionMetadataRecord, ConsumerMemberRecord,
                 TargetEpochRecord, TargetMemberRecord, CurrentAssignmentRecord, RegexRecord>;

Bytes encode_key(std::string_view group_id, const ConsumerRecord& record);
/// Nothing for a tombstone. A PartitionMetadataRecord is only ever written as one.
std::optional<Bytes> encode_value(const ConsumerRecord& record);

/// Nothing for keys of other versions; `corrupt_message` where the bytes do not fit the version.
Result<std::optional<ConsumerKey>> decode_consumer_key(ByteView key);
/// Version 0 of each; `unsupported_version` for others, `corrupt_message` for malformed bytes.
Result<ConsumerRecord> decode_consumer_record(const ConsumerKey& key,
                                              std::optional<ByteView> value);

}  // namespace millrace::coordinator
