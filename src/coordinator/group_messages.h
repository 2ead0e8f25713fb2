// Requests and answers about membership: join, sync, heartbeat, leave, list, describe, delete.
// Free of the wire's versions; handlers translate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "millrace/error_code.h"

namespace millrace::coordinator {

/// The member id of a newcomer and of a standalone consumer.
inline constexpr const char* kNoMemberId = "";
/// The generation of a group that never completed a join, and of standalone commits.
inline constexpr int32_t kNoGeneration = -1;

/// An assignment strategy that a member offers, with what the group's leader needs to know of the
/// member (for consumers: its subscription).
struct MemberProtocol {
  std::string name;
  Bytes metadata;

  bool operator==(const MemberProtocol&) const = default;
};

struct JoinRequest {
  std::string group_id;
  /// Empty for a newcomer.
  std::string member_id;
  /// Set for a static member.
  std::optional<std::string> group_instance_id;
  std::string client_id;
  /// The peer's address as Kafka prints it, for instance "/127.0.0.1".
  std::string client_host;
  std::string protocol_type;
  std::vector<MemberProtocol> protocols;
  int32_t session_timeout_ms = 0;
  /// JoinGroup v0 has none: pass the session timeout.
  int32_t rebalance_timeout_ms = 0;
  /// JoinGroup v4 and later: a newcomer is given an id first and must come back with it.
  bool require_known_member_id = false;
  /// JoinGroup v9 and later: a returning static leader may be told to skip the assignment.
  bool supports_skipping_assignment = false;
  /// Why the member joins, for the log.
  std::string reason;
};

struct JoinedMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  Bytes metadata;
};

struct JoinResponse {
  ErrorCode error = ErrorCode::none;
  int32_t generation_id = kNoGeneration;
  /// Null on errors. Where a version cannot carry null, an empty string.
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::string leader;
  bool skip_assignment = false;
  std::string member_id;
  /// Filled for the leader only.
  std::vector<JoinedMember> members;
};

struct SyncAssignment {
  std::string member_id;
  Bytes assignment;
};

struct SyncRequest {
  std::string group_id;
  int32_t generation_id = kNoGeneration;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  /// SyncGroup v5 and later; where set they must equal the group's.
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  /// Filled by the leader.
  std::vector<SyncAssignment> assignments;
};

struct SyncResponse {
  ErrorCode error = ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Bytes assignment;
};

struct HeartbeatRequest {
  std::string group_id;
  int32_t generation_id = kNoGeneration;
  std::string member_id;
  std::optional<std::string> group_instance_id;
};

struct LeavingMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> reason;
};

struct LeaveRequest {
  std::string group_id;
  /// One for LeaveGroup v0 to v2; those versions answer the member's error as the error.
  std::vector<LeavingMember> members;
};

struct LeftMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  ErrorCode error = ErrorCode::none;
};

struct LeaveResponse {
  ErrorCode error = ErrorCode::none;
  std::vector<LeftMember> members;
};

/// Filters compare without regard to case; an empty filter lets everything pass.
struct ListGroupsRequest {
  std::vector<std::string> states;
  std::vector<std::string> types;
};

struct ListedGroup {
  std::string group_id;
  std::string protocol_type;
  std::string state;
  std::string type;
};

struct ListGroupsResponse {
  ErrorCode error = ErrorCode::none;
  std::vector<ListedGroup> groups;
};

struct DescribedMember {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::string client_id;
  std::string client_host;
  /// Empty while the group is not stable.
  Bytes metadata;
  Bytes assignment;
};

struct DescribedGroup {
  ErrorCode error = ErrorCode::none;
  /// Set with group_id_not_found, which DescribeGroups reports from v6 on; below v6 a group that
  /// does not exist is answered with error none. State is "Dead" in both cases.
  std::optional<std::string> error_message;
  std::string group_id;
  std::string state;
  std::string protocol_type;
  /// The protocol's name; empty while the group is not stable.
  std::string protocol;
  std::vector<DescribedMember> members;
};

struct DeletedGroup {
  std::string group_id;
  ErrorCode error = ErrorCode::none;
};

}  // namespace millrace::coordinator
