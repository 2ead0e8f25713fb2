#include "storage/producer_state.h"

#include <algorithm>

#include "base/text.h"
#include "record/batch_view.h"

namespace millrace::storage {
namespace {

Error refused(ErrorCode code, const ProducerBatch& batch, const ProducerEntry& entry) {
  return kafka_error(code, cat("producer ", batch.producer_id, " epoch ", batch.epoch,
                               " sent sequence ", batch.first_sequence, "; the log has epoch ",
                               entry.epoch, " up to sequence ", entry.last_sequence()));
}

WrittenBatch written(const ProducerBatch& batch) {
  return {.last_sequence = batch.last_sequence,
          .last_offset = batch.last_offset,
          .offset_delta = static_cast<int32_t>(batch.last_offset - batch.base_offset),
          .timestamp = batch.timestamp};
}

}  // namespace

int32_t sequence_after(int32_t sequence, int32_t count) {
  return record::advance_sequence(sequence, count);
}

void ProducerEntry::remember(const WrittenBatch& batch) {
  if (window_size == window.size()) {
    std::move(window.begin() + 1, window.end(), window.begin());
    --window_size;
  }
  window[window_size++] = batch;
}

Result<std::optional<WrittenBatch>> ProducerState::check(const ProducerBatch& batch) const {
  const auto found = entries_.find(batch.producer_id);
  if (found == entries_.end()) return std::optional<WrittenBatch>();
  const ProducerEntry& entry = found->second;
  if (batch.epoch < entry.epoch) return refused(ErrorCode::invalid_producer_epoch, batch, entry);
  if (batch.epoch > entry.epoch) {
    if (batch.first_sequence != 0 && entry.epoch >= 0) {
      return refused(ErrorCode::out_of_order_sequence_number, batch, entry);
    }
    return std::optional<WrittenBatch>();
  }
  for (size_t i = 0; i < entry.window_size; ++i) {
    const WrittenBatch& known = entry.window[i];
    const int32_t count = static_cast<int32_t>(batch.last_offset - batch.base_offset);
    if (known.last_sequence == batch.last_sequence && known.offset_delta == count) {
      return std::optional(known);
    }
  }
  // Nothing but markers seen under this epoch: any start will do, as with an unknown producer.
  if (entry.window_size == 0 || batch.first_sequence == sequence_after(entry.last_sequence(), 1)) {
    return std::optional<WrittenBatch>();
  }
  return refused(ErrorCode::out_of_order_sequence_number, batch, entry);
}

void ProducerState::update(const ProducerBatch& batch) {
  ProducerEntry& entry = entries_[batch.producer_id];
  if (entry.epoch != batch.epoch) entry.window_size = 0;
  entry.producer_id = batch.producer_id;
  entry.epoch = batch.epoch;
  entry.last_timestamp = std::max(entry.last_timestamp, batch.timestamp);
  if (batch.is_control) {
    entry.current_txn_first_offset = Offset(-1);
    return;
  }
  if (batch.is_transactional && entry.current_txn_first_offset < Offset(0)) {
    entry.current_txn_first_offset = batch.base_offset;
  }
  entry.remember(written(batch));
}

void ProducerState::restore_windows(std::span<const ProducerBatch> batches) {
  std::unordered_map<ProducerId, std::vector<WrittenBatch>> seen;
  for (const ProducerBatch& batch : batches) {
    const auto found = entries_.find(batch.producer_id);
    if (found == entries_.end() || found->second.epoch != batch.epoch || batch.is_control) continue;
    seen[batch.producer_id].push_back(written(batch));
  }
  for (const auto& [id, found] : seen) {
    ProducerEntry& entry = entries_[id];
    if (entry.window_size != 1 || found.back().last_offset != entry.window[0].last_offset) continue;
    entry.window_size = 0;
    for (const WrittenBatch& batch : found) entry.remember(batch);
  }
}

void ProducerState::expire(int64_t last_timestamp_min) {
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.second.current_txn_first_offset < Offset(0) &&
           entry.second.last_timestamp < last_timestamp_min;
  });
}

std::vector<ProducerEntry> ProducerState::entries() const {
  std::vector<ProducerEntry> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry);
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.producer_id < b.producer_id; });
  return all;
}

}  // namespace millrace::storage
