// ListGroups: the groups, by state and type.
#include "wire/messages/list_groups.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const ListGroupsCall& call) {
  const bool all = call.context.allowed_on_cluster(broker::Operation::describe);
  auto listed = call.context.groups().list(
      {.states = call.request.states_filter, .types = call.request.types_filter});
  wire::ListGroupsResponse response{.error_code = listed.error};
  for (auto& group : listed.groups) {
    if (!all && !call.context.allowed_on_group(broker::Operation::describe, group.group_id)) {
      continue;
    }
    response.groups.push_back({.group_id = std::move(group.group_id),
                               .protocol_type = std::move(group.protocol_type),
                               .group_state = std::move(group.state),
                               .group_type = std::move(group.type)});
  }
  call.respond(response);
}

}  // namespace millrace::handlers
