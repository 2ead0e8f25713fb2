// DeleteGroups: empty groups and their offsets go.
#include "wire/messages/delete_groups.h"

#include <set>
#include <string_view>

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const DeleteGroupsCall& call) {
  wire::DeleteGroupsResponse refused;
  std::vector<std::string> allowed;
  std::set<std::string_view> named;
  for (const auto& group_id : call.request.groups_names) {
    if (!named.insert(group_id).second) continue;
    if (call.context.allowed_on_group(broker::Operation::remove, group_id)) {
      allowed.push_back(group_id);
    } else {
      refused.results.push_back(
          {.group_id = group_id, .error_code = ErrorCode::group_authorization_failed});
    }
  }
  call.context.groups().delete_groups(
      std::move(allowed),
      [respond = call.respond, refused](std::vector<coordinator::DeletedGroup> deleted) {
        wire::DeleteGroupsResponse response = refused;
        for (auto& group : deleted) {
          response.results.push_back(
              {.group_id = std::move(group.group_id), .error_code = group.error});
        }
        respond(response);
      });
}

}  // namespace millrace::handlers
