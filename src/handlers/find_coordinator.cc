// FindCoordinator: this broker, for every group and every transactional id.
#include "wire/messages/find_coordinator.h"

#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithManyKeys = 4;
constexpr int8_t kGroupKey = 0;
constexpr int8_t kTransactionKey = 1;

wire::FindCoordinatorResponse::Coordinator refused(const std::string& key, ErrorCode error,
                                                   std::string message) {
  return {.key = key,
          .node_id = -1,
          .host = "",
          .port = -1,
          .error_code = error,
          .error_message = std::move(message)};
}

/// Whether this broker coordinates the key and the client may know.
ErrorCode check(const FindCoordinatorCall& call, const std::string& key) {
  switch (call.request.key_type) {
    case kGroupKey:
      if (!call.context.allowed_on_group(broker::Operation::describe, key)) {
        return ErrorCode::group_authorization_failed;
      }
      return call.context.groups().find_coordinator(key);
    case kTransactionKey:
      if (!call.context.allowed_on_transaction(broker::Operation::describe, key)) {
        return ErrorCode::transactional_id_authorization_failed;
      }
      return call.context.transactions().find_coordinator();
    default: return ErrorCode::invalid_request;
  }
}

wire::FindCoordinatorResponse::Coordinator find(const FindCoordinatorCall& call,
                                                const std::string& key) {
  const ErrorCode error = check(call, key);
  if (error != ErrorCode::none) return refused(key, error, std::string(error_text(error)));
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
