// JoinGroup: a consumer joins, or comes back to, its group.
#include "wire/messages/join_group.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithRebalanceTimeout = 1;
constexpr int16_t kFirstWithMemberIdRequired = 4;
constexpr int16_t kFirstWithNullProtocolName = 7;
constexpr int16_t kFirstWithSkippedAssignment = 9;

coordinator::JoinRequest translate(const JoinGroupCall& call) {
  const auto& request = call.request;
  const int16_t version = call.version();
  coordinator::JoinRequest join{
      .group_id = request.group_id,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id,
      .client_id = call.context.client_id,
      .client_host = call.context.connection->client_host,
      .protocol_type = request.protocol_type,
      .protocols = {},
      .session_timeout_ms = request.session_timeout_ms,
      .rebalance_timeout_ms = version >= kFirstWithRebalanceTimeout ? request.rebalance_timeout_ms
                                                                    : request.session_timeout_ms,
      .require_known_member_id = version >= kFirstWithMemberIdRequired,
      .supports_skipping_assignment = version >= kFirstWithSkippedAssignment,
      .reason = request.reason.value_or(""),
  };
  for (const auto& protocol : request.protocols) {
    join.protocols.push_back({.name = protocol.name, .metadata = protocol.metadata});
  }
  return join;
}

wire::JoinGroupResponse translate(coordinator::JoinResponse joined, int16_t version) {
  // A protocol without a name and none at all are told alike, by what the version has for it.
  const bool is_nameless = joined.protocol_name && joined.protocol_name->empty();
  if (is_nameless && version >= kFirstWithNullProtocolName) joined.protocol_name.reset();
  wire::JoinGroupResponse response{
      .error_code = joined.error,
      .generation_id = joined.generation_id,
      .protocol_type = std::move(joined.protocol_type),
      .protocol_name = std::move(joined.protocol_name),
      .leader = std::move(joined.leader),
      .skip_assignment = joined.skip_assignment,
      .member_id = std::move(joined.member_id),
      .members = {},
  };
  for (auto& member : joined.members) {
    response.members.push_back({.member_id = std::move(member.member_id),
                                .group_instance_id = std::move(member.group_instance_id),
                                .metadata = std::move(member.metadata)});
  }
  return response;
}

}  // namespace

void handle(const JoinGroupCall& call) {
  if (!call.context.allowed_on_group(broker::Operation::read, call.request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  call.context.groups().join(translate(call), [respond = call.respond, version = call.version()](
                                                  coordinator::JoinResponse joined) {
    respond(translate(std::move(joined), version));
  });
}

}  // namespace millrace::handlers
