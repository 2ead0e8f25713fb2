// ListPartitionReassignments: none, since partitions have no other broker to move to.
#include "wire/messages/list_partition_reassignments.h"

#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const ListPartitionReassignmentsCall& call) {
  if (!call.context.allowed_on_cluster(broker::Operation::describe)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed,
                         .error_message = "Authorization failed."});
  }
  call.respond({.error_message = std::nullopt});
}

}  // namespace millrace::handlers
