// The public Transaction.
#include <utility>

#include "base/home_process.h"
#include "client/consumer/consumer_core.h"
#include "client/error.h"
#include "client/producer/producer_core.h"

namespace millrace {

Transaction::Transaction(std::shared_ptr<client::ProducerCore> core) : core_(std::move(core)) {}
Transaction::Transaction(Transaction&&) noexcept = default;

Transaction::~Transaction() {
  if (is_at_home(core_) && !is_decided_) core_->abort_transaction();
}

namespace {

Error unusable() {
  return client::client_error(ClientErrc::wrong_state,
                              "the transaction was moved from, or begun by the parent of this "
                              "process");
}

}  // namespace

Result<void> Transaction::send_offsets(const Offsets& offsets, const Consumer& consumer) {
  if (!is_at_home(core_)) return unusable();
  client::GroupIdentity group;
  if (is_at_home(consumer.core_)) group = consumer.core_->group_identity();
  if (!group.group.empty()) return core_->send_offsets(offsets, group);
  return client::client_error(ClientErrc::invalid_argument, "the consumer has no group (group.id)");
}

Result<void> Transaction::end(bool commits) {
  if (!is_at_home(core_)) return unusable();
  is_decided_ = true;
  return core_->end_transaction(commits);
}

Result<void> Transaction::commit() { return end(true); }
Result<void> Transaction::abort() { return end(false); }

}  // namespace millrace
