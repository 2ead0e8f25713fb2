// SyncGroup: the leader brings the assignment, everybody takes his part.
#include "wire/messages/sync_group.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithProtocol = 5;

}  // namespace

void handle(const SyncGroupCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_group(broker::Operation::read, request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  if (call.version() >= kFirstWithProtocol && (!request.protocol_type || !request.protocol_name)) {
    return call.respond({.error_code = ErrorCode::inconsistent_group_protocol});
  }
  coordinator::SyncRequest sync{
      .group_id = request.group_id,
      .generation_id = request.generation_id,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id,
      .protocol_type = request.protocol_type,
      .protocol_name = request.protocol_name,
      .assignments = {},
  };
  for (const auto& assignment : request.assignments) {
    sync.assignments.push_back(
        {.member_id = assignment.member_id, .assignment = assignment.assignment});
  }
  call.context.groups().sync(std::move(sync),
                             [respond = call.respond](coordinator::SyncResponse synced) {
                               respond({.error_code = synced.error,
                                        .protocol_type = std::move(synced.protocol_type),
                                        .protocol_name = std::move(synced.protocol_name),
                                        .assignment = std::move(synced.assignment)});
                             });
}

}  // namespace millrace::handlers
