// InitProducerId: an id for an idempotent producer.
#include "wire/messages/init_producer_id.h"

#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const InitProducerIdCall& call) {
  const auto& request = call.request;
  if (request.transactional_id) {
    // Transactions are not served; the APIs of a transaction are not in ApiVersions either.
    return call.respond({.error_code = request.transactional_id->empty()
                                           ? ErrorCode::invalid_request
                                           : ErrorCode::transactional_id_authorization_failed});
  }
  if (!call.context.allowed_on_cluster(broker::Operation::idempotent_write)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed});
  }
  // An idempotent producer that asks again gets a new id, whatever it had before.
  const auto id = call.context.broker().allocate_producer_id();
  if (!id) return call.respond({.error_code = to_wire(id.error())});
  call.respond({.producer_id = id->value(), .producer_epoch = 0});
}

}  // namespace millrace::handlers
