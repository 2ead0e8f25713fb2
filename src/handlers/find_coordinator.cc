// FindCoordinator: this broker, for every group.
#include "wire/messages/find_coordinator.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithManyKeys = 4;
constexpr int8_t kGroupKey = 0;

wire::FindCoordinatorResponse::Coordinator refused(const std::string& key, ErrorCode error,
                                                   std::string message) {
  return {.key = key,
          .node_id = -1,
          .host = "",
          .port = -1,
          .error_code = error,
          .error_message = std::move(message)};
}

wire::FindCoordinatorResponse::Coordinator find(const FindCoordinatorCall& call,
                                                const std::string& key) {
  if (call.request.key_type != kGroupKey) {
    return refused(key, ErrorCode::invalid_request,
                   "Only consumer groups (key type 0) have a coordinator here, not key type " +
                       std::to_string(call.request.key_type) + ".");
  }
  if (!call.context.allowed_on_group(broker::Operation::describe, key)) {
    return refused(key, ErrorCode::group_authorization_failed, "Authorization failed.");
  }
  if (const ErrorCode error = call.context.groups().find_coordinator(key);
      error != ErrorCode::none) {
    return refused(key, error, "The coordinator is not available.");
  }
  const auto& connection = *call.context.connection;
  return {.key = key,
          .node_id = call.context.broker().node_id(),
          .host = connection.advertised_host,
          .port = connection.advertised_port,
          .error_message = std::nullopt};
}

}  // namespace

void handle(const FindCoordinatorCall& call) {
  wire::FindCoordinatorResponse response;
  if (call.version() >= kFirstWithManyKeys) {
    for (const auto& key : call.request.coordinator_keys) {
      response.coordinators.push_back(find(call, key));
    }
  } else {
    const auto found = find(call, call.request.key);
    response.error_code = found.error_code;
    response.error_message = found.error_message;
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
  }
  call.respond(response);
}

}  // namespace millrace::handlers
