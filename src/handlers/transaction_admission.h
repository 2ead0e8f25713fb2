// Before records or offsets begin a producer's transaction on a partition, its coordinator must
// know that they do (KIP-890).
#pragma once

#include <functional>
#include <string>

#include "coordinator/transactions/transaction_messages.h"
#include "handlers/call.h"

namespace millrace::handlers {

struct Admission {
  std::string transactional_id;
  coordinator::ProducerIdentity producer;
  coordinator::TransactionPartitions partitions;
  /// Clients of version 2 add partitions by writing to them; others did so before, which is
  /// verified.
  coordinator::TransactionVersion version = coordinator::TransactionVersion::v1;
  /// The request's version has the code transaction_abortable; older ones get invalid_txn_state.
  bool knows_abortable = false;
};

/// Calls back with what became of each partition, as Produce and TxnOffsetCommit answer it.
void admit(const RequestContext& context, Admission admission,
           std::function<void(coordinator::VerifiedPartitions)> admitted);

/// Of a producer that another one replaced: older versions of a request know only
/// invalid_producer_epoch.
inline ErrorCode for_version(ErrorCode error, int16_t version, int16_t first_with_fenced) {
  return error == ErrorCode::producer_fenced && version < first_with_fenced
             ? ErrorCode::invalid_producer_epoch
             : error;
}

}  // namespace millrace::handlers
