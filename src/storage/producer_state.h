// What a log remembers of idempotent producers, to refuse gaps and to recognise retries, and of
// their open transactions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/strong.h"
#include "millrace/result.h"
#include "record/control_record.h"

namespace millrace::storage {

/// Kafka's window: that many of a producer's last batches are recognised when they come again.
inline constexpr size_t kProducerWindow = 5;

/// The batch header's fields that matter here.
struct ProducerBatch {
  ProducerId producer_id = kNoProducerId;
  int16_t epoch = -1;
  int32_t first_sequence = -1;
  int32_t last_sequence = -1;
  Offset base_offset;
  Offset last_offset;
  int64_t timestamp = -1;
  bool is_transactional = false;
  bool is_control = false;
  /// What a control batch says; nothing for other control records.
  std::optional<record::EndMarker> marker = std::nullopt;
};

/// A transaction that a marker ended on this partition.
struct EndedTransaction {
  ProducerId producer_id;
  Offset first_offset;
  /// The marker's own offset.
  Offset last_offset;
  /// Below it every transaction has ended, this one being the last to do so.
  Offset last_stable_offset;
  bool is_aborted = false;
};

/// A batch that was written.
struct WrittenBatch {
  int32_t last_sequence = -1;
  Offset last_offset;
  int32_t offset_delta = 0;
  int64_t timestamp = -1;

  Offset base_offset() const { return last_offset - offset_delta; }
};

struct ProducerEntry {
  ProducerId producer_id;
  int16_t epoch = -1;
  int32_t coordinator_epoch = -1;
  int64_t last_timestamp = -1;
  /// -1 where no transaction is open.
  Offset current_txn_first_offset{-1};
  bool has_open_transaction() const { return current_txn_first_offset >= Offset(0); }
  /// Oldest first; only the first `window_size` count.
  std::array<WrittenBatch, kProducerWindow> window{};
  size_t window_size = 0;

  int32_t last_sequence() const {
    return window_size == 0 ? -1 : window[window_size - 1].last_sequence;
  }
  void remember(const WrittenBatch& batch);
};

/// The sequence number `count` after `sequence`: 2^31-1 is followed by 0.
int32_t sequence_after(int32_t sequence, int32_t count);

/// Not thread-safe; the log's lock guards it. Rebuilt from a snapshot and the batches after it.
class ProducerState {
 public:
  /// Whether the batch may be appended now. A value is the retry's first attempt; no value means
  /// append. Errors: out_of_order_sequence_number, invalid_producer_epoch. A producer that is not
  /// known may start with any sequence: retention may have removed what it wrote before.
  Result<std::optional<WrittenBatch>> check(const ProducerBatch& batch) const;
  /// Whether a marker may be appended: invalid_producer_epoch where the log has seen a newer epoch
  /// of the producer or, of a raised one, a transaction under that very epoch is open, which is the
  /// next one; transaction_coordinator_fenced where a newer coordinator wrote before.
  Result<void> check_marker(const ProducerBatch& batch, record::MarkerEpoch marker_epoch) const;

  /// Enters a batch that was written. The transaction that it ended, if it did.
  std::optional<EndedTransaction> update(const ProducerBatch& batch);

  /// Nothing where the log knows nothing of the producer.
  const ProducerEntry* find(ProducerId id) const;
  /// Where the earliest open transaction begins.
  std::optional<Offset> first_open_offset() const;

  /// Puts older batches, read back from the log, in front of what a snapshot knows (it knows each
  /// producer's last batch only). `batches` ascend.
  void restore_windows(std::span<const ProducerBatch> batches);

  /// Forgets producers without an open transaction that wrote nothing since `last_timestamp_min`.
  void expire(int64_t last_timestamp_min);

  /// A producer as a snapshot has it; one that is known already is replaced.
  void add(const ProducerEntry& entry);
  std::vector<ProducerEntry> entries() const;
  size_t size() const { return entries_.size(); }

 private:
  std::optional<EndedTransaction> end_transaction(ProducerEntry& entry, const ProducerBatch& batch);

  std::unordered_map<ProducerId, ProducerEntry> entries_;
  /// Whose transaction begins where. Invariant: just the entries with an open transaction.
  std::map<Offset, ProducerId> open_;
};

}  // namespace millrace::storage
