// EndTxn: commits or aborts a transaction.
#include "wire/messages/end_txn.h"

#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"
#include "handlers/transaction_admission.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithFenced = 2;
constexpr int16_t kFirstOfVersionTwo = 5;

}  // namespace

void handle(const EndTxnCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_transaction(broker::Operation::write, request.transactional_id)) {
    return call.respond({.error_code = ErrorCode::transactional_id_authorization_failed});
  }
  const bool is_version_two = call.version() >= kFirstOfVersionTwo;
  call.context.transactions().end(
      {.transactional_id = request.transactional_id,
       .producer = {.id = ProducerId(request.producer_id), .epoch = request.producer_epoch},
       .is_commit = request.committed,
       .version = is_version_two ? coordinator::TransactionVersion::v2
                                 : coordinator::TransactionVersion::v1},
      [respond = call.respond](const coordinator::EndTransactionResponse& ended) {
        respond({.error_code = for_version(ended.error, respond.version(), kFirstWithFenced),
                 .producer_id = ended.producer.id.value(),
                 .producer_epoch = ended.producer.epoch});
      });
}

}  // namespace millrace::handlers
