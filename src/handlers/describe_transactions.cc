// DescribeTransactions: the state of transactional ids.
#include "wire/messages/describe_transactions.h"

#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::DescribeTransactionsResponse;

Response::TransactionState describe(const DescribeTransactionsCall& call, const std::string& id) {
  Response::TransactionState answer{.transactional_id = id};
  if (!call.context.allowed_on_transaction(broker::Operation::describe, id)) {
    answer.error_code = ErrorCode::transactional_id_authorization_failed;
    return answer;
  }
  const auto described = call.context.transactions().describe(id);
  answer.error_code = described.error;
  if (described.error != ErrorCode::none) return answer;
  const auto& transaction = described.transaction;
  answer.transaction_state = to_string(transaction.state);
  answer.transaction_timeout_ms = transaction.timeout_ms;
  answer.transaction_start_time_ms = transaction.start_ms;
  answer.producer_id = transaction.producer.id.value();
  answer.producer_epoch = transaction.producer.epoch;
  for (const auto& [topic, partition] : transaction.partitions) {
    if (!call.context.allowed_on_topic(broker::Operation::describe, topic)) continue;
    if (answer.topics.empty() || answer.topics.back().topic != topic) {
      answer.topics.push_back({.topic = topic, .partitions = {}});
    }
    answer.topics.back().partitions.push_back(partition.value());
  }
  return answer;
}

}  // namespace

void handle(const DescribeTransactionsCall& call) {
  Response response;
  for (const std::string& id : call.request.transactional_ids) {
    response.transaction_states.push_back(describe(call, id));
  }
  call.respond(response);
}

}  // namespace millrace::handlers
