// AddOffsetsToTxn: a client tells that its transaction will commit offsets of a group.
#include "wire/messages/add_offsets_to_txn.h"

#include "broker/topic.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithFenced = 2;

}  // namespace

void handle(const AddOffsetsToTxnCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_transaction(broker::Operation::write, request.transactional_id)) {
    return call.respond({.error_code = ErrorCode::transactional_id_authorization_failed});
  }
  if (!call.context.allowed_on_group(broker::Operation::read, request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  const auto place = call.context.groups().offsets_place(request.group_id);
  if (place.error != ErrorCode::none) return call.respond({.error_code = place.error});
  call.context.transactions().add_partitions(
      {.transactional_id = request.transactional_id,
       .producer = {.id = ProducerId(request.producer_id), .epoch = request.producer_epoch},
       .partitions = {{std::string(broker::kOffsetsTopic), place.partition}}},
      [respond = call.respond](ErrorCode error) {
        respond({.error_code = for_version(error, respond.version(), kFirstWithFenced)});
      });
}

}  // namespace millrace::handlers
