// Describing and listing transactions.
#include <algorithm>

#include "coordinator/name_regex.h"
#include "coordinator/transactions/transaction_core.h"

namespace millrace::coordinator {
namespace {

void keep_matching(std::vector<Transaction>& transactions, const std::string& pattern) {
  std::vector<std::string> ids;
  for (const Transaction& transaction : transactions) ids.push_back(transaction.transactional_id);
  const auto matching = matching_names(pattern, ids);
  std::erase_if(transactions, [&](const Transaction& transaction) {
    return !matching.contains(transaction.transactional_id);
  });
}

}  // namespace

DescribedTransaction TransactionCore::describe(const std::string& transactional_id) {
  DescribedTransaction described;
  described.transaction.transactional_id = transactional_id;
  if (transactional_id.empty()) {
    described.error = ErrorCode::invalid_request;
    return described;
  }
  const Found found = find(transactional_id);
  described.error = found.error;
  if (found.error != ErrorCode::none) return described;
  if (!found.cell) {
    described.error = ErrorCode::transactional_id_not_found;
    return described;
  }
  const MutexLock lock(found.cell->mutex);
  if (found.cell->pending == TransactionState::dead) {
    described.error = ErrorCode::transactional_id_not_found;
  } else {
    described.transaction = found.cell->transaction;
  }
  return described;
}

ListTransactionsResponse TransactionCore::list(const ListTransactionsRequest& request) {
  ListTransactionsResponse response;
  {
    const MutexLock lock(registry_mutex_);
    if (std::ranges::find(is_unloaded_, true) != is_unloaded_.end() || !is_load_started_) {
      response.error = ErrorCode::coordinator_load_in_progress;
      return response;
    }
  }
  if (!check_regex(request.id_pattern)) {
    response.error = ErrorCode::invalid_regular_expression;
    return response;
  }
  std::vector<TransactionState> states;
  for (const std::string& name : request.states) {
    if (const auto state = parse_transaction_state(name)) {
      states.push_back(*state);
    } else {
      response.unknown_states.push_back(name);
    }
  }
  const int64_t now = now_ms();
  for (const TransactionCellPtr& cell : all()) {
    const MutexLock lock(cell->mutex);
    const Transaction& transaction = cell->transaction;
    if (cell->pending == TransactionState::dead) continue;
    if (!request.states.empty() && std::ranges::find(states, transaction.state) == states.end()) {
      continue;
    }
    if (!request.producer_ids.empty() &&
        std::ranges::find(request.producer_ids, transaction.producer.id) ==
            request.producer_ids.end()) {
      continue;
    }
    if (request.duration_ms_min >= 0 && now - transaction.start_ms <= request.duration_ms_min) {
      continue;
    }
    response.transactions.push_back(transaction);
  }
  if (!request.id_pattern.empty()) keep_matching(response.transactions, request.id_pattern);
  return response;
}

}  // namespace millrace::coordinator
