#include "storage/batch_cleaner.h"

#include "base/try.h"
#include "record/record_reader.h"
#include "record/rewrite.h"

namespace millrace::storage {
namespace {

int64_t later(int64_t now_ms, int64_t by_ms) {
  return by_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + by_ms;
}

}  // namespace

bool BatchCleaner::is_last_of_producer(const record::BatchView& batch) const {
  if (!batch.has_producer_id()) return false;
  const auto found = producers_.find(batch.producer_id());
  if (found == producers_.end()) return false;
  if (found->second.last_offset) return batch.last_offset() == *found->second.last_offset;
  // Only markers are left: they keep the epoch, without which old producers would not be fenced.
  return batch.is_control() && batch.producer_epoch() == found->second.epoch;
}

bool BatchCleaner::stays(const record::BatchView& batch, const Candidate& record) const {
  if (record.offset >= map_.reached()) return true;
  if (!record.key) return false;
  const auto latest = map_.find(*record.key);
  if (latest && record.offset < *latest) return false;
  if (!record.is_tombstone) return true;
  const auto horizon = batch.delete_horizon_ms();
  return !horizon || rules_.now_ms < *horizon;
}

Result<BatchCleaner::Choice> BatchCleaner::choose(const record::BatchView& batch) {
  Choice choice;
  chosen_.clear();
  candidates_.clear();
  MILL_CHECK(record::for_each_record(batch, [&](const record::RecordView& record) {
    Candidate& candidate = candidates_.emplace_back();
    candidate.offset = record.offset;
    candidate.is_tombstone = !record.value;
    if (record.key) candidate.key = map_.hash(*record.key);
    if (candidates_.size() == OffsetMap::kHashesAtOnce) decide(batch, choice);
  }));
  decide(batch, choice);
  return choice;
}

void BatchCleaner::decide(const record::BatchView& batch, Choice& choice) {
  for (const Candidate& candidate : candidates_) {
    const bool kept = batch.is_control() || stays(batch, candidate);
    chosen_.push_back(kept);
    if (!kept) continue;
    ++choice.kept;
    choice.has_tombstones |= candidate.is_tombstone;
  }
  candidates_.clear();
}

Result<BatchCleaner::Cleaned> BatchCleaner::clean(const record::BatchView& batch,
                                                  bool keep_header) {
  CleanedTransactions::MarkerFate marker;
  if (batch.is_control()) {
    MILL_TRY(marker, transactions_.on_control_batch(batch));
  }
  const auto horizon = batch.delete_horizon_ms();
  const bool drops_all = batch.is_control() ? marker.can_go && horizon && *horizon <= rules_.now_ms
                                            : transactions_.on_batch(batch);
  Choice choice;
  if (!drops_all) {
    MILL_TRY(choice, choose(batch));
  }
  if (choice.kept == 0) {
    const bool header_stays =
        keep_header || is_last_of_producer(batch) || batch.next_offset() == rules_.round_end;
    return header_stays ? only_header(batch) : Cleaned{};
  }
  const bool sets_horizon = !horizon && (choice.has_tombstones || marker.can_go);
  Cleaned cleaned{
      .bytes = batch.bytes(), .record_count = choice.kept, .max_timestamp = batch.max_timestamp()};
  if (choice.kept < batch.record_count() || sets_horizon) {
    MILL_TRY(cleaned, rewrite(batch, sets_horizon ? later(rules_.now_ms, rules_.delete_retention_ms)
                                                  : horizon));
  }
  cleaned.aborted = marker.aborted;
  return cleaned;
}

BatchCleaner::Cleaned BatchCleaner::only_header(const record::BatchView& batch) {
  if (batch.record_count() == 0) return {.bytes = batch.bytes()};
  bytes_ = record::empty_batch(batch);
  return {.bytes = bytes_};
}

Result<BatchCleaner::Cleaned> BatchCleaner::rewrite(const record::BatchView& batch,
                                                    std::optional<int64_t> horizon) {
  size_t next = 0;
  MILL_TRY(bytes_,
           record::rewrite_batch(
               batch, {.compression = {.codec = batch.codec().value_or(record::Codec::none)},
                       .keep = [&](const record::RecordView&) { return bool(chosen_[next++]); },
                       .delete_horizon_ms = horizon}));
  MILL_TRY(const auto rewritten, record::BatchView::parse(bytes_));
  return Cleaned{.bytes = bytes_,
                 .record_count = rewritten.record_count(),
                 .max_timestamp = rewritten.max_timestamp()};
}

}  // namespace millrace::storage
