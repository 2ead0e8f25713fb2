// InitProducerId: an id for an idempotent producer, an epoch for a transactional one.
#include "wire/messages/init_producer_id.h"

#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithFenced = 4;
constexpr int64_t kNoId = -1;
constexpr int16_t kNoEpoch = -1;

void init_transactional(const InitProducerIdCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_transaction(broker::Operation::write, *request.transactional_id)) {
    return call.respond({.error_code = ErrorCode::transactional_id_authorization_failed});
  }
  coordinator::InitProducerRequest init{.transactional_id = *request.transactional_id,
                                        .timeout_ms = request.transaction_timeout_ms,
                                        .expected = std::nullopt};
  if (request.producer_id != kNoId) {
    init.expected = {.id = ProducerId(request.producer_id), .epoch = request.producer_epoch};
  }
  call.context.transactions().init_producer(
      std::move(init), [respond = call.respond](coordinator::InitProducerResponse done) {
        respond({.error_code = for_version(done.error, respond.version(), kFirstWithFenced),
                 .producer_id = done.producer.id.value(),
                 .producer_epoch = done.producer.epoch});
      });
}

}  // namespace

void handle(const InitProducerIdCall& call) {
  const auto& request = call.request;
  // Kafka: half of an identity is no identity.
  if ((request.producer_id == kNoId) != (request.producer_epoch == kNoEpoch)) {
    return call.respond({.error_code = ErrorCode::invalid_request, .producer_epoch = kNoEpoch});
  }
  if (request.transactional_id) return init_transactional(call);
  if (!call.context.allowed_on_cluster(broker::Operation::idempotent_write)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed});
  }
  // An idempotent producer that asks again gets a new id, whatever it had before.
  const auto id = call.context.broker().allocate_producer_id();
  if (!id) return call.respond({.error_code = to_wire(id.error())});
  call.respond({.producer_id = id->value(), .producer_epoch = 0});
}

}  // namespace millrace::handlers
