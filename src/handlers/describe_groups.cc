// DescribeGroups: state and members of groups.
#include "wire/messages/describe_groups.h"

#include "coordinator/group_coordinator.h"
#include "handlers/authorized_operations.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithGroupIdNotFound = 6;

wire::DescribeGroupsResponse::Group describe(const DescribeGroupsCall& call,
                                             const std::string& group_id) {
  if (!call.context.allowed_on_group(broker::Operation::describe, group_id)) {
    return {.error_code = ErrorCode::group_authorization_failed, .group_id = group_id};
  }
  auto described = call.context.groups().describe(group_id);
  if (described.error == ErrorCode::group_id_not_found &&
      call.version() < kFirstWithGroupIdNotFound) {
    described.error = ErrorCode::none;
  }
  wire::DescribeGroupsResponse::Group group{
      .error_code = described.error,
      .error_message = std::move(described.error_message),
      .group_id = group_id,
      .group_state = std::move(described.state),
      .protocol_type = std::move(described.protocol_type),
      .protocol_data = std::move(described.protocol),
      .members = {},
  };
  for (auto& member : described.members) {
    group.members.push_back({.member_id = std::move(member.member_id),
                             .group_instance_id = std::move(member.group_instance_id),
                             .client_id = std::move(member.client_id),
                             .client_host = std::move(member.client_host),
                             .member_metadata = std::move(member.metadata),
                             .member_assignment = std::move(member.assignment)});
  }
  if (call.request.include_authorized_operations && described.error == ErrorCode::none) {
    group.authorized_operations =
        authorized_operations(call.context, broker::ResourceType::group, group_id);
  }
  return group;
}

}  // namespace

void handle(const DescribeGroupsCall& call) {
  wire::DescribeGroupsResponse response;
  for (const auto& group_id : call.request.groups) {
    response.groups.push_back(describe(call, group_id));
  }
  call.respond(response);
}

}  // namespace millrace::handlers
