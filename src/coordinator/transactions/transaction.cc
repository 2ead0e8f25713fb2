#include "coordinator/transactions/transaction.h"

#include <array>

namespace millrace::coordinator {
namespace {

constexpr std::array<std::string_view, 7> kNames = {
    "Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead"};

}  // namespace

std::string_view to_string(TransactionState state) { return kNames[static_cast<size_t>(state)]; }

std::optional<TransactionState> parse_transaction_state(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<TransactionState>(i);
  }
  return std::nullopt;
}

}  // namespace millrace::coordinator
