#include "storage/cleaned_transactions.h"

#include "base/try.h"
#include "record/control_record.h"

namespace millrace::storage {

void CleanedTransactions::add_aborted(const std::vector<AbortedTransaction>& aborted) {
  for (const AbortedTransaction& transaction : aborted) coming_.push(transaction);
}

void CleanedTransactions::begin_aborted_up_to(Offset offset) {
  while (!coming_.empty() && coming_.top().first_offset <= offset) {
    const AbortedTransaction& transaction = coming_.top();
    aborted_.try_emplace(transaction.producer_id, Ongoing{.transaction = transaction});
    coming_.pop();
  }
}

bool CleanedTransactions::on_batch(const record::BatchView& batch) {
  begin_aborted_up_to(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto ongoing = aborted_.find(batch.producer_id());
  if (ongoing == aborted_.end()) {
    committed_.insert(batch.producer_id());
    return false;
  }
  ongoing->second.has_batches = true;
  return true;
}

Result<CleanedTransactions::MarkerFate> CleanedTransactions::on_control_batch(
    const record::BatchView& batch) {
  begin_aborted_up_to(batch.last_offset());
  // What an earlier round left of a marker for its producer's sake.
  if (batch.record_count() == 0) return MarkerFate{.can_go = true};
  MILL_TRY(const auto marker, record::parse_marker(batch));
  if (!marker) return MarkerFate{};
  if (marker->type == record::MarkerType::commit) {
    return MarkerFate{.can_go = committed_.erase(batch.producer_id()) == 0};
  }
  const auto ongoing = aborted_.extract(batch.producer_id());
  if (!ongoing || !ongoing.mapped().has_batches) return MarkerFate{.can_go = true};
  return MarkerFate{.aborted = ongoing.mapped().transaction};
}

}  // namespace millrace::storage
