// LeaveGroup: members go, or are removed by an administrator.
#include "wire/messages/leave_group.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithManyMembers = 3;

coordinator::LeaveRequest translate(const LeaveGroupCall& call) {
  coordinator::LeaveRequest leave{.group_id = call.request.group_id, .members = {}};
  if (call.version() < kFirstWithManyMembers) {
    leave.members.push_back({.member_id = call.request.member_id,
                             .group_instance_id = std::nullopt,
                             .reason = std::nullopt});
  }
  for (const auto& member : call.request.members) {
    leave.members.push_back({.member_id = member.member_id,
                             .group_instance_id = member.group_instance_id,
                             .reason = member.reason});
  }
  return leave;
}

}  // namespace

void handle(const LeaveGroupCall& call) {
  if (!call.context.allowed_on_group(broker::Operation::read, call.request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  call.context.groups().leave(
      translate(call), [respond = call.respond](coordinator::LeaveResponse left) {
        wire::LeaveGroupResponse response{.error_code = left.error};
        if (respond.version() < kFirstWithManyMembers) {
          if (left.error == ErrorCode::none && !left.members.empty()) {
            response.error_code = left.members.front().error;
          }
        } else {
          for (auto& member : left.members) {
            response.members.push_back({.member_id = std::move(member.member_id),
                                        .group_instance_id = std::move(member.group_instance_id),
                                        .error_code = member.error});
          }
        }
        respond(response);
      });
}

}  // namespace millrace::handlers
