// What a log remembers of idempotent producers, to refuse gaps and to recognise retries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/strong.h"
#include "millrace/result.h"

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

  /// Enters a batch that was written.
  void update(const ProducerBatch& batch);

  /// Puts older batches, read back from the log, in front of what a snapshot knows (it knows each
  /// producer's last batch only). `batches` ascend.
  void restore_windows(std::span<const ProducerBatch> batches);

  /// Forgets producers without an open transaction that wrote nothing since `last_timestamp_min`.
  void expire(int64_t last_timestamp_min);

  void clear() { entries_.clear(); }
  void add(const ProducerEntry& entry) { entries_[entry.producer_id] = entry; }
  std::vector<ProducerEntry> entries() const;
  size_t size() const { return entries_.size(); }

 private:
  std::unordered_map<ProducerId, ProducerEntry> entries_;
};

}  // namespace millrace::storage
