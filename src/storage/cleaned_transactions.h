// CleanedTransactions: what the cleaner knows of transactions on its way through a log.
#pragma once

#include <cstdint>
#include <queue>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/strong.h"
#include "millrace/result.h"
#include "record/batch_view.h"
#include "storage/transaction_index.h"

namespace millrace::storage {

/// Every transaction whose batches are shown must have ended. Batches are shown in the order of
/// their offsets; a marker can go once a whole way through the log met no batch of its transaction.
/// Used by one thread.
class CleanedTransactions {
 public:
  /// Aborted transactions with records from the batch shown next on; telling one twice, while its
  /// marker was not shown, is no harm.
  void add_aborted(const std::vector<AbortedTransaction>& aborted);

  /// Shows a batch that is no control batch. True where its transaction was aborted.
  bool on_batch(const record::BatchView& batch);

  struct MarkerFate {
    /// No batch of its transaction was met.
    bool can_go = false;
    /// It ends an aborted transaction and stays: the transaction index must know.
    std::optional<AbortedTransaction> aborted;
  };
  /// Shows a control batch. corrupt_message where it cannot be read.
  Result<MarkerFate> on_control_batch(const record::BatchView& batch);

 private:
  struct Ongoing {
    AbortedTransaction transaction;
    bool has_batches = false;
  };
  struct BeginsLater {
    bool operator()(const AbortedTransaction& a, const AbortedTransaction& b) const {
      return a.first_offset > b.first_offset;
    }
  };
  void begin_aborted_up_to(Offset offset);

  std::priority_queue<AbortedTransaction, std::vector<AbortedTransaction>, BeginsLater> coming_;
  std::unordered_map<ProducerId, Ongoing> aborted_;
  std::unordered_set<ProducerId> committed_;
};

}  // namespace millrace::storage
