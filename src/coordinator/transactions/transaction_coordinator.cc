#include "coordinator/transactions/transaction_coordinator.h"

#include <utility>

#include "coordinator/transactions/transaction_core.h"

namespace millrace::coordinator {

TransactionCoordinator::TransactionCoordinator(const TransactionConfig& config, TransactionLog& log,
                                               const Clock& clock, Timers& timers)
    : core_(std::make_shared<TransactionCore>(config, log, clock, timers)) {}

TransactionCoordinator::~TransactionCoordinator() = default;

TransactionLoadSummary TransactionCoordinator::load() { return core_->load(); }

ErrorCode TransactionCoordinator::find_coordinator() { return core_->find_coordinator(); }

void TransactionCoordinator::init_producer(InitProducerRequest request,
                                           Reply<InitProducerResponse> reply) {
  core_->init_producer(std::move(request), std::move(reply), MayWait::yes);
}

void TransactionCoordinator::add_partitions(AddPartitionsRequest request, Reply<ErrorCode> reply) {
  core_->add_partitions(std::move(request), std::move(reply), MayWait::yes);
}

void TransactionCoordinator::verify_partitions(VerifyPartitionsRequest request,
                                               Reply<VerifiedPartitions> reply) {
  core_->verify_partitions(std::move(request), std::move(reply), MayWait::yes);
}

void TransactionCoordinator::end(EndTransactionRequest request,
                                 Reply<EndTransactionResponse> reply) {
  core_->end(std::move(request), std::move(reply), MayWait::yes);
}

DescribedTransaction TransactionCoordinator::describe(const std::string& transactional_id) const {
  return core_->describe(transactional_id);
}

ListTransactionsResponse TransactionCoordinator::list(
    const ListTransactionsRequest& request) const {
  return core_->list(request);
}

}  // namespace millrace::coordinator
