// BatchCleaner: Kafka's rules of compaction, batch by batch.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "millrace/result.h"
#include "record/batch_view.h"
#include "record/record_view.h"
#include "storage/cleaned_transactions.h"
#include "storage/offset_map.h"

namespace millrace::storage {

/// The last that a log knows of a producer, which its sequence check needs after a restart.
struct LastOfProducer {
  /// Of its last batch with records; nothing where only markers are known.
  std::optional<Offset> last_offset;
  int16_t epoch = -1;
};
using LastOfProducers = std::unordered_map<ProducerId, LastOfProducer>;

struct CleaningRules {
  int64_t now_ms = 0;
  /// delete.retention.ms
  int64_t delete_retention_ms = 0;
  /// The first offset that this round leaves alone.
  Offset round_end;
};

/// What stays of a batch:
/// - records of the latest offset of their key, and those above what the map has reached;
/// - tombstones until their delete horizon, which the first round that meets one sets;
/// - nothing of aborted transactions, nor records without a key;
/// - markers until a round met none of their transaction's batches, and then their own horizon;
/// - the bare header of a producer's last batch, of the round's last batch and where it is asked.
/// A batch that loses nothing stays byte for byte. Used by one thread.
class BatchCleaner {
 public:
  BatchCleaner(const OffsetMap& map, const CleaningRules& rules) : map_(map), rules_(rules) {}

  CleanedTransactions& transactions() { return transactions_; }
  void set_producers(LastOfProducers producers) { producers_ = std::move(producers); }

  struct Cleaned {
    /// A whole batch, or empty where nothing stays; valid until the next call.
    ByteView bytes;
    int32_t record_count = 0;
    int64_t max_timestamp = -1;
    /// An aborted transaction whose marker this is.
    std::optional<AbortedTransaction> aborted;
  };
  /// Batches come in the order of their offsets. Errors are those of reading records.
  Result<Cleaned> clean(const record::BatchView& batch, bool keep_header);

 private:
  struct Choice {
    int32_t kept = 0;
    bool has_tombstones = false;
  };
  /// What decides about a record.
  struct Candidate {
    Offset offset;
    std::optional<KeyHash> key;
    bool is_tombstone = false;
  };
  Result<Choice> choose(const record::BatchView& batch);
  void decide(const record::BatchView& batch, Choice& choice);
  bool stays(const record::BatchView& batch, const Candidate& record) const;
  bool is_last_of_producer(const record::BatchView& batch) const;
  Cleaned only_header(const record::BatchView& batch);
  Result<Cleaned> rewrite(const record::BatchView& batch, std::optional<int64_t> horizon);

  const OffsetMap& map_;
  const CleaningRules rules_;
  CleanedTransactions transactions_;
  LastOfProducers producers_;
  /// Of the batch at hand: which records stay, and those that wait for a decision.
  std::vector<bool> chosen_;
  std::vector<Candidate> candidates_;
  Bytes bytes_;
};

}  // namespace millrace::storage
