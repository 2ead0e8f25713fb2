// Heartbeat: a member is alive, and hears of a rebalance.
#include "wire/messages/heartbeat.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const HeartbeatCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_group(broker::Operation::read, request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  call.respond({.error_code = call.context.groups().heartbeat(
                    {.group_id = request.group_id,
                     .generation_id = request.generation_id,
                     .member_id = request.member_id,
                     .group_instance_id = request.group_instance_id})});
}

}  // namespace millrace::handlers
