// Appending to a partition log, and starting new segments.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "record/batch_view.h"
#include "record/patch.h"
#include "storage/partition_log.h"
#include "storage/published_file.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

static_assert(record::HeaderLayout::kLeaderEpoch + sizeof(int32_t) == 16,
              "offset, length and leader epoch are what an append changes");

ProducerBatch producer_of(const record::BatchView& batch, Offset base, Offset last,
                          int64_t now_ms) {
  return {.producer_id = batch.producer_id(),
          .epoch = batch.producer_epoch(),
          .first_sequence = batch.base_sequence(),
          .last_sequence = batch.last_sequence(),
          .base_offset = base,
          .last_offset = last,
          // Old records of a busy producer must not make it look idle.
          .timestamp = std::max(batch.max_timestamp(), now_ms),
          // Without a producer the mark means nothing.
          .is_transactional = batch.is_transactional() && batch.has_producer_id(),
          .is_control = batch.is_control()};
}

}  // namespace

Result<std::vector<PartitionLog::Incoming>> PartitionLog::place_batches(
    const AppendRequest& request) {
  std::vector<Incoming> batches;
  batches.reserve(1);
  Offset next = tail_.load().end_offset;
  for (ByteView rest = request.batches; !rest.empty();) {
    MILL_TRY(const auto batch, record::BatchView::parse(rest));
    if (batch.last_offset_delta() < 0) {
      return kafka_error(ErrorCode::corrupt_message, "a batch ends before it begins");
    }
    Incoming& incoming = batches.emplace_back();
    incoming.bytes = batch.bytes();
    std::copy_n(incoming.bytes.begin(), incoming.front.size(), incoming.front.begin());
    record::patch_base_offset(incoming.front, next);
    record::patch_leader_epoch(incoming.front, leader_epoch());
    incoming.last_offset = next + batch.last_offset_delta();
    incoming.max_timestamp = batch.max_timestamp();
    incoming.producer = producer_of(batch, next, incoming.last_offset, request.now_ms);
    if (batch.is_control()) {
      MILL_TRY(incoming.producer.marker, record::parse_marker(batch));
    }
    next = incoming.last_offset + 1;
    rest = rest.subspan(batch.size());
  }
  if (batches.empty()) return kafka_error(ErrorCode::invalid_record, "there is no batch to append");
  return batches;
}

Result<std::optional<WrittenBatch>> PartitionLog::check_sequences(
    const std::vector<Incoming>& batches) const {
  for (const Incoming& incoming : batches) {
    if (incoming.producer.producer_id < ProducerId(0)) continue;
    MILL_TRY(const auto known, producers_.check(incoming.producer));
    if (known) return known;
  }
  return std::optional<WrittenBatch>();
}

bool PartitionLog::is_open_here(ProducerId producer_id, int16_t epoch) const {
  const ProducerEntry* entry = producers_.find(producer_id);
  return entry && entry->has_open_transaction() && entry->epoch == epoch;
}

Result<void> PartitionLog::check_transactions(const AppendRequest& request,
                                              const std::vector<Incoming>& batches) const {
  for (const Incoming& incoming : batches) {
    const ProducerBatch& batch = incoming.producer;
    if (batch.is_control) {
      MILL_CHECK(producers_.check_marker(batch, request.marker_epoch));
      continue;
    }
    const auto found = verifying_.find(batch.producer_id);
    const Verifying* asked = found == verifying_.end() ? nullptr : &found->second;
    const auto refused = [&](const char* what) {
      return kafka_error(
          ErrorCode::invalid_txn_state,
          cat("producer ", batch.producer_id, " epoch ", batch.epoch, " has ", what, name_));
    };
    const ProducerEntry* known = producers_.find(batch.producer_id);
    const bool is_open = known && known->has_open_transaction();
    const bool begins = batch.is_transactional && !(is_open && known->epoch == batch.epoch);
    const bool may_begin =
        asked && request.guard != kNoVerification && asked->guard == request.guard;
    if (begins && !may_begin) return refused("no transaction on ");
    if (asked && request.origin == AppendOrigin::client) MILL_CHECK(check_first(batch, *asked));
    if (!batch.is_transactional && is_open) return refused("a transaction open on ");
  }
  return {};
}

Result<void> PartitionLog::check_first(const ProducerBatch& batch, const Verifying& asked) const {
  const bool is_skipped = asked.epoch == batch.epoch && batch.first_sequence > asked.first_sequence;
  const bool is_missing = asked.unknown_producer == FirstSequence::zero &&
                          batch.first_sequence != 0 && !producers_.find(batch.producer_id);
  if (!is_skipped && !is_missing) return {};
  return kafka_error(
      ErrorCode::out_of_order_sequence_number,
      cat("producer ", batch.producer_id, " epoch ", batch.epoch, " sent sequence ",
          batch.first_sequence, " to ", name_, " before ", is_skipped ? asked.first_sequence : 0));
}

Result<VerificationGuard> PartitionLog::verification_guard(ProducerId producer_id, int16_t epoch,
                                                           int32_t first_sequence,
                                                           FirstSequence unknown_producer) {
  const MutexLock lock(mutex_);
  const ProducerEntry* known = producers_.find(producer_id);
  if (known && epoch < known->epoch) {
    return kafka_error(ErrorCode::invalid_producer_epoch,
                       cat("producer ", producer_id, " has epoch ", epoch, "; ", name_,
                           " has seen epoch ", known->epoch));
  }
  if (is_open_here(producer_id, epoch)) return kNoVerification;
  // Requests of one producer that are verified at the same time share the guard.
  const auto [entry, is_first] = verifying_.try_emplace(producer_id);
  Verifying& verifying = entry->second;
  if (is_first) verifying.guard = ++last_guard_;
  if (is_first || verifying.epoch != epoch || first_sequence < verifying.first_sequence) {
    verifying.epoch = epoch;
    verifying.first_sequence = first_sequence;
  }
  verifying.unknown_producer = unknown_producer;
  verifying.asked_ms = clock_.wall_ms();
  return verifying.guard;
}

Result<AppendedInfo> PartitionLog::append(const AppendRequest& request) {
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  if (static_cast<int64_t>(request.batches.size()) > config_.segment_bytes) {
    return kafka_error(ErrorCode::record_list_too_large,
                       cat(request.batches.size(), " bytes do not fit segment.bytes=",
                           config_.segment_bytes, " of ", name_));
  }
  MILL_TRY(const auto batches, place_batches(request));
  AppendedInfo info{.base_offset = batches.front().producer.base_offset,
                    .last_offset = batches.back().last_offset,
                    .log_start_offset = log_start_offset()};
  if (request.origin == AppendOrigin::client) {
    MILL_TRY(const auto known, check_sequences(batches));
    if (known) {
      info.base_offset = known->base_offset();
      info.last_offset = known->last_offset;
      info.duplicate = true;
      return info;
    }
  }
  MILL_CHECK(check_transactions(request, batches));
  MILL_CHECK(make_room(request, batches));
  MILL_CHECK(write(batches));
  info.began_transaction = enter(batches);
  return info;
}

Result<void> PartitionLog::make_room(const AppendRequest& request,
                                     const std::vector<Incoming>& batches) {
  MILL_CHECK(clear_leftovers());
  const Segment& segment = active();
  if (segment.size() == 0 && batches.back().last_offset - segment.base_offset() <= INT32_MAX) {
    return {};
  }
  const auto size = static_cast<int64_t>(request.batches.size());
  const int64_t began =
      segment.first_timestamp() >= 0 ? segment.first_timestamp() : segment.created_ms();
  const int64_t now =
      segment.first_timestamp() >= 0 ? batches.back().max_timestamp : request.now_ms;
  if (segment.size() + size > config_.segment_bytes || now - began > config_.segment_ms ||
      batches.back().last_offset - segment.base_offset() > INT32_MAX ||
      segment.indexes_full(config_.segment_index_bytes)) {
    return roll_locked();
  }
  return {};
}

Result<void> PartitionLog::write(const std::vector<Incoming>& batches) {
  std::vector<ByteView> parts;
  parts.reserve(batches.size() * 2);
  for (const Incoming& incoming : batches) {
    parts.push_back(incoming.front);
    parts.push_back(incoming.bytes.subspan(incoming.front.size()));
  }
  auto written = active().write(parts);
  if (written) {
    if (std::exchange(disk_was_full_, false)) log::info(name_, ": there is room again");
    return written;
  }
  const Error error = failed(written.error(), "writing records");
  tail_dirty_ = true;
  if (!offline_cause_) MILL_CHECK(clear_leftovers());
  return error;
}

Result<void> PartitionLog::clear_leftovers() {
  if (!tail_dirty_) return {};
  if (auto cut = active().file()->truncate(active().size()); !cut) {
    return failed(cut.error(), "removing a partial write");
  }
  tail_dirty_ = false;
  return {};
}

bool PartitionLog::enter(const std::vector<Incoming>& batches) {
  Segment& segment = active();
  Tail tail = tail_.load();
  bool began_transaction = false;
  for (const Incoming& incoming : batches) {
    tail.last_batch_base = incoming.producer.base_offset;
    tail.last_batch_position = segment.size();
    segment.account(incoming.last_offset, static_cast<int64_t>(incoming.bytes.size()),
                    incoming.max_timestamp, config_.index_interval_bytes);
    if (incoming.producer.producer_id >= ProducerId(0)) {
      began_transaction |= enter_producer(incoming.producer);
    }
  }
  tail.end_offset = batches.back().last_offset + 1;
  tail.active_base = segment.base_offset();
  tail.active_size = segment.size();
  tail_.store(tail);
  return began_transaction;
}

bool PartitionLog::enter_producer(const ProducerBatch& batch) {
  const bool was_open = is_open_here(batch.producer_id, batch.epoch);
  const auto ended = producers_.update(batch);
  if (batch.is_transactional) verifying_.erase(batch.producer_id);
  if (ended) {
    ended_.emplace(ended->first_offset, ended->last_offset);
    if (ended->is_aborted) {
      active().add_aborted(*ended);
      name_aborted(ended->first_offset);
    }
  }
  const bool began = !was_open && is_open_here(batch.producer_id, batch.epoch);
  if (began) has_unstable_ = true;
  return began;
}

Result<void> PartitionLog::roll() {
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  MILL_CHECK(clear_leftovers());
  return active().size() == 0 ? Result<void>() : roll_locked();
}

Result<void> PartitionLog::roll_locked() {
  Tail tail = tail_.load();
  const SharedSegments list = segments();
  if (auto written = write_snapshot(); !written) {
    return failed(written.error(), "writing the producer snapshot");
  }
  auto next = Segment::create(fs_, directory_, tail.end_offset, clock_.wall_ms());
  if (!next) return failed(next.error(), "starting a segment");

  const auto& old = list->back();
  SegmentList changed(list->begin(), list->end() - 1);
  if (old->size() == 0) {
    // Only its base was too far behind; what it is replaced by starts at the same end.
    if (auto removed = old->remove_files(); !removed) {
      return failed(removed.error(), "removing an empty segment");
    }
  } else {
    std::shared_ptr<Segment> sealed = old;
    // Without its index files the segment goes on with the ones in memory.
    if (old->finish_indexes()) {
      if (auto copy = old->sealed()) sealed = *std::move(copy);
      note_aborted_named(*old);
    }
    changed.push_back(sealed);
    unsynced_.push_back(sealed);
  }
  changed.push_back(*next);
  publish(std::move(changed));
  if (publisher_) publisher_->slot().begin_segment();
  names_dirty_ = true;
  tail.active_base = (*next)->base_offset();
  tail.active_size = 0;
  tail.last_batch_base = Offset(-1);
  tail.last_batch_position = 0;
  tail_.store(tail);
  return {};
}

}  // namespace millrace::storage
