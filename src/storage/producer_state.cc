#include "storage/producer_state.h"

#include <algorithm>
#include <utility>

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
  // Where nothing but markers was seen under this epoch, its first batch is still to come.
  const int32_t next = entry.window_size == 0 ? 0 : sequence_after(entry.last_sequence(), 1);
  // A producer without an epoch has no order either.
  if (entry.epoch < 0 || batch.first_sequence == next) return std::optional<WrittenBatch>();
  return refused(ErrorCode::out_of_order_sequence_number, batch, entry);
}

Result<void> ProducerState::check_marker(const ProducerBatch& batch,
                                         record::MarkerEpoch marker_epoch) const {
  if (!batch.marker) return {};
  static const ProducerEntry kUnknown;
  const ProducerEntry* found = find(batch.producer_id);
  const ProducerEntry& entry = found ? *found : kUnknown;
  // The last epoch cannot be raised any more.
  const bool ends_the_next = marker_epoch == record::MarkerEpoch::raised &&
                             batch.epoch == entry.epoch && entry.has_open_transaction() &&
                             entry.epoch != INT16_MAX;
  if (batch.epoch < entry.epoch || ends_the_next) {
    return kafka_error(ErrorCode::invalid_producer_epoch,
                       cat("a marker for epoch ", batch.epoch, " of producer ", batch.producer_id,
                           "; the log has epoch ", entry.epoch));
  }
  if (batch.marker->coordinator_epoch < entry.coordinator_epoch) {
    return kafka_error(
        ErrorCode::transaction_coordinator_fenced,
        cat("a marker of coordinator epoch ", batch.marker->coordinator_epoch, " for producer ",
            batch.producer_id, "; the log has one of epoch ", entry.coordinator_epoch));
  }
  return {};
}

std::optional<EndedTransaction> ProducerState::update(const ProducerBatch& batch) {
  // Of control records only the end of a transaction says something about its producer.
  if (batch.is_control && !batch.marker) return std::nullopt;
  ProducerEntry& entry = entries_[batch.producer_id];
  if (entry.epoch != batch.epoch) entry.window_size = 0;
  entry.producer_id = batch.producer_id;
  entry.epoch = batch.epoch;
  entry.last_timestamp = std::max(entry.last_timestamp, batch.timestamp);
  if (batch.marker) return end_transaction(entry, batch);
  if (batch.is_transactional && !entry.has_open_transaction()) {
    entry.current_txn_first_offset = batch.base_offset;
    open_.emplace(batch.base_offset, batch.producer_id);
  }
  entry.remember(written(batch));
  return std::nullopt;
}

std::optional<EndedTransaction> ProducerState::end_transaction(ProducerEntry& entry,
                                                               const ProducerBatch& batch) {
  entry.coordinator_epoch = batch.marker->coordinator_epoch;
  if (!entry.has_open_transaction()) return std::nullopt;
  const Offset first = std::exchange(entry.current_txn_first_offset, Offset(-1));
  open_.erase(first);
  return EndedTransaction{.producer_id = batch.producer_id,
                          .first_offset = first,
                          .last_offset = batch.last_offset,
                          .last_stable_offset = first_open_offset().value_or(batch.last_offset + 1),
                          .is_aborted = batch.marker->type == record::MarkerType::abort};
}

const ProducerEntry* ProducerState::find(ProducerId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<Offset> ProducerState::first_open_offset() const {
  return open_.empty() ? std::nullopt : std::optional(open_.begin()->first);
}

void ProducerState::add(const ProducerEntry& entry) {
  ProducerEntry& known = entries_[entry.producer_id];
  if (known.has_open_transaction()) open_.erase(known.current_txn_first_offset);
  known = entry;
  if (entry.has_open_transaction()) {
    open_.emplace(entry.current_txn_first_offset, entry.producer_id);
  }
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
    return !entry.second.has_open_transaction() && entry.second.last_timestamp < last_timestamp_min;
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
