// IncrementalAlterConfigs: changes single values of topics, groups, the broker and its loggers
// (KIP-339).
#include "wire/messages/incremental_alter_configs.h"

#include "base/try.h"
#include "handlers/config_resources.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Asked = wire::IncrementalAlterConfigsRequest::Resource;

std::vector<broker::ConfigChange> translate(const Asked& asked) {
  std::vector<broker::ConfigChange> changes;
  for (const auto& config : asked.configs) {
    changes.push_back(
        {.name = config.name,
         .operation = static_cast<broker::ConfigChange::Operation>(config.config_operation),
         .value = config.value});
  }
  return changes;
}

Result<void> alter(const IncrementalAlterConfigsCall& call, const Asked& asked) {
  MILL_CHECK(check_named_once(call.request.resources, asked));
  return alter_resource(call.context, asked.resource_type, asked.resource_name, translate(asked),
                        {.validate_only = call.request.validate_only});
}

}  // namespace

void handle(const IncrementalAlterConfigsCall& call) {
  wire::IncrementalAlterConfigsResponse response;
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
