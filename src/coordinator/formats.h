// Keys and values of `__consumer_offsets`, byte for byte as Apache Kafka writes them
// (docs/formats/consumer_offsets.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "base/uuid.h"
#include "millrace/result.h"

namespace millrace::coordinator {

/// Key versions 0 and 1: a committed offset. Text views live as long as the bytes parsed.
struct OffsetKey {
  std::string_view group_id;
  std::string_view topic;
  PartitionId partition;
};

/// Key version 2: a group of the classic protocol.
struct GroupKey {
  std::string_view group_id;
};

/// Any other version: a record of a coordinator that is not ours to use.
struct UnknownKey {
  int16_t version = 0;
};

using RecordKey = std::variant<OffsetKey, GroupKey, UnknownKey>;

/// Written as version 1 where an expiry time is set, else as version 4.
struct OffsetValue {
  Offset offset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::string metadata;
  int64_t commit_timestamp_ms = -1;
  /// Of clients before OffsetCommit v5, which choose their own retention.
  std::optional<int64_t> expire_timestamp_ms;
  /// Zero where unknown.
  Uuid topic_id;
};

struct MemberValue {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  int32_t rebalance_timeout_ms = -1;
  int32_t session_timeout_ms = 0;
  Bytes subscription;
  Bytes assignment;
};

/// Written as version 3.
struct GroupValue {
  std::string protocol_type;
  int32_t generation_id = 0;
  std::optional<std::string> protocol_name;
  std::optional<std::string> leader;
  /// When the group last changed its state; -1 where an old version did not say.
  int64_t state_timestamp_ms = -1;
  std::vector<MemberValue> members;
};

Bytes encode_key(const OffsetKey& key);
Bytes encode_key(const GroupKey& key);
Bytes encode_value(const OffsetValue& value);
Bytes encode_value(const GroupValue& value);

/// `corrupt_message` where the bytes are too short or too long for the version that they name.
Result<RecordKey> decode_key(ByteView key);
/// Versions 0 to 4 (of keys of version 0 too); `unsupported_version` for others.
Result<OffsetValue> decode_offset_value(ByteView value);
Result<GroupValue> decode_group_value(ByteView value);

}  // namespace millrace::coordinator
