// ListTransactions: the transactional ids of this broker, filtered.
#include "wire/messages/list_transactions.h"

#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

void handle(const ListTransactionsCall& call) {
  coordinator::ListTransactionsRequest filters{
      .states = call.request.state_filters,
      .producer_ids = {},
      .duration_ms_min = call.request.duration_filter,
      .id_pattern = call.request.transactional_id_pattern.value_or("")};
  for (const int64_t id : call.request.producer_id_filters) {
    filters.producer_ids.emplace_back(id);
  }
  auto listed = call.context.transactions().list(filters);
  wire::ListTransactionsResponse response{
      .error_code = listed.error, .unknown_state_filters = std::move(listed.unknown_states)};
  for (const auto& transaction : listed.transactions) {
    if (!call.context.allowed_on_transaction(broker::Operation::describe,
                                             transaction.transactional_id)) {
      continue;
    }
    response.transaction_states.push_back(
        {.transactional_id = transaction.transactional_id,
         .producer_id = transaction.producer.id.value(),
         .transaction_state = std::string(to_string(transaction.state))});
  }
  call.respond(response);
}

}  // namespace millrace::handlers
