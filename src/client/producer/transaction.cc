// The public Transaction.
#include <utility>

#include "client/error.h"
#include "client/producer/producer_core.h"

namespace millrace {

Transaction::Transaction(std::shared_ptr<client::ProducerCore> core) : core_(std::move(core)) {}
Transaction::Transaction(Transaction&&) noexcept = default;

Transaction::~Transaction() {
  if (core_ && !is_decided_) core_->abort_transaction();
}

Result<void> Transaction::end(bool commits) {
  if (!core_) {
    return client::client_error(ClientErrc::wrong_state, "the transaction was moved from");
  }
  is_decided_ = true;
  return core_->end_transaction(commits);
}

Result<void> Transaction::commit() { return end(true); }
Result<void> Transaction::abort() { return end(false); }

}  // namespace millrace
