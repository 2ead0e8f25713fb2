#include "handlers/transaction_admission.h"

#include <utility>

#include "coordinator/transactions/transaction_coordinator.h"

namespace millrace::handlers {
namespace {

ErrorCode translated(ErrorCode error, bool knows_abortable) {
  if (error == ErrorCode::producer_fenced) return ErrorCode::invalid_producer_epoch;
  if (error == ErrorCode::transaction_abortable && !knows_abortable) {
    return ErrorCode::invalid_txn_state;
  }
  return error;
}

}  // namespace

void admit(const RequestContext& context, Admission admission,
           std::function<void(coordinator::VerifiedPartitions)> admitted) {
  const bool knows_abortable = admission.knows_abortable;
  if (admission.version < coordinator::TransactionVersion::v2) {
    context.transactions().verify_partitions(
        {.transactional_id = std::move(admission.transactional_id),
         .producer = admission.producer,
         .partitions = std::move(admission.partitions)},
        [admitted = std::move(admitted),
         knows_abortable](coordinator::VerifiedPartitions verified) {
          for (auto& [partition, error] : verified) error = translated(error, knows_abortable);
          admitted(std::move(verified));
        });
    return;
  }
  const auto partitions = admission.partitions;
  context.transactions().add_partitions(
      {.transactional_id = std::move(admission.transactional_id),
       .producer = admission.producer,
       .partitions = std::move(admission.partitions),
       .version = admission.version},
      [admitted = std::move(admitted), partitions, knows_abortable](ErrorCode error) {
        coordinator::VerifiedPartitions all;
        for (const auto& partition : partitions) {
          all[partition] = translated(error, knows_abortable);
        }
        admitted(std::move(all));
      });
}

}  // namespace millrace::handlers
