// AlterConfigs: gives topics, groups and the broker a whole new set of values. Deprecated since
// KIP-339, and all that some clients know.
#include "wire/messages/alter_configs.h"

#include "base/try.h"
#include "handlers/config_resources.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Asked = wire::AlterConfigsRequest::Resource;

Result<void> alter(const AlterConfigsCall& call, const Asked& asked) {
  MILL_CHECK(check_named_once(call.request.resources, asked));
  std::vector<broker::ConfigChange> changes;
  for (const auto& config : asked.configs) {
    changes.push_back({.name = config.name, .value = config.value});
  }
  return alter_resource(call.context, asked.resource_type, asked.resource_name, changes,
                        {.replace = true, .validate_only = call.request.validate_only});
}

}  // namespace

void handle(const AlterConfigsCall& call) {
  wire::AlterConfigsResponse response;
  for (const auto& asked : call.request.resources) {
    auto& answer = response.responses.emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    const auto altered = alter(call, asked);
    answer.error_code = to_wire(altered);
    if (!altered) answer.error_message = altered.error().message();
  }
  call.respond(response);
}

}  // namespace millrace::handlers
