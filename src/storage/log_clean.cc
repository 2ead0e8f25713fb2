#include "storage/log_clean.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "record/record_reader.h"
#include "storage/batch_stream.h"
#include "storage/segment.h"
#include "storage/segment_swap.h"

namespace millrace::storage {
namespace {

/// A large file is synced in pieces, so that those who sync beside it wait for a piece at most.
constexpr int64_t kSyncBytes = int64_t{8} << 20;

Error stopped() {
  return {std::make_error_code(std::errc::operation_canceled), "cleaning was stopped"};
}

}  // namespace

LogClean::LogClean(PartitionLog& log, const CleanSpec& spec)
    : log_(log),
      spec_(spec),
      config_(log.config()),
      segments_(log.segments()),
      outcome_{.first_dirty = spec.first_dirty},
      read_buffer_(static_cast<size_t>(std::max<int64_t>(spec.io_buffer_bytes / 2, 4096))) {}

Result<void> LogClean::spend(int64_t bytes) {
  if (bytes > 0 && spec_.on_io && !spec_.on_io(bytes)) return stopped();
  return {};
}

Offset LogClean::next_base(const Segment& segment) const {
  const auto after =
      std::upper_bound(segments_->begin(), segments_->end(), segment.base_offset(),
                       [](Offset base, const auto& other) { return base < other->base_offset(); });
  return after == segments_->end() ? spec_.end : (*after)->base_offset();
}

Result<CleanOutcome> LogClean::run() {
  if (spec_.first_dirty >= spec_.end) return outcome_;
  auto done = clean_all();
  // What was replaced stays; the round begins anew another time.
  if (!done && !done.error().is(std::errc::operation_canceled)) return std::move(done).error();
  return outcome_;
}

Result<void> LogClean::clean_all() {
  MILL_CHECK(discard_cleaned(log_.fs_, log_.directory_));
  MILL_TRY(const OffsetMap map, build_map());
  BatchCleaner cleaner(map, {.now_ms = spec_.now_ms,
                             .delete_retention_ms = config_.delete_retention_ms,
                             .round_end = spec_.end});
  for (const Segments& group : groups_up_to(map.reached())) {
    MILL_CHECK(clean_group(group, cleaner));
  }
  outcome_.first_dirty = map.reached();
  outcome_.completed = true;
  return {};
}

Result<OffsetMap> LogClean::build_map() {
  OffsetMap map(spec_.map, spec_.end - spec_.first_dirty);
  map.reach(spec_.first_dirty);
  CleanedTransactions transactions;
  MILL_TRY(const auto aborted, log_.aborted_transactions(spec_.first_dirty, spec_.end));
  transactions.add_aborted(aborted);
  for (const auto& segment : *segments_) {
    if (next_base(*segment) <= spec_.first_dirty) continue;
    if (segment->base_offset() >= spec_.end) break;
    MILL_TRY(const bool has_room, map_segment(*segment, map, transactions));
    if (!has_room) break;
    // Offsets may be missing at its end.
    map.reach(next_base(*segment));
  }
  return map;
}

Result<bool> LogClean::map_segment(const Segment& segment, OffsetMap& map,
                                   CleanedTransactions& transactions) {
  BatchStream stream(*segment.file(), segment.start_for(spec_.first_dirty), segment.size(),
                     read_buffer_);
  for (;;) {
    MILL_TRY(const bool more, stream.next());
    MILL_CHECK(spend(stream.take_bytes_read()));
    if (!more) return true;
    MILL_TRY(const bool has_room, map_batch(stream.batch(), map, transactions));
    if (!has_room) return false;
    map.reach(std::max(map.reached(), stream.batch().next_offset()));
  }
}

Result<bool> LogClean::map_batch(const record::BatchView& batch, OffsetMap& map,
                                 CleanedTransactions& transactions) const {
  if (batch.is_control()) {
    MILL_CHECK(transactions.on_control_batch(batch));
    return true;
  }
  if (transactions.on_batch(batch)) return true;
  std::vector<std::pair<KeyHash, Offset>> keys;
  keys.reserve(OffsetMap::kHashesAtOnce);
  bool has_room = true;
  const auto put_all = [&] {
    for (const auto& [key, offset] : keys) has_room = has_room && map.put(key, offset);
    keys.clear();
  };
  MILL_CHECK(record::for_each_record(batch, [&](const record::RecordView& record) {
    if (record.key && record.offset >= spec_.first_dirty) {
      keys.emplace_back(map.hash(*record.key), record.offset);
    }
    if (keys.size() == OffsetMap::kHashesAtOnce) put_all();
    return has_room;
  }));
  put_all();
  return has_room;
}

std::vector<LogClean::Segments> LogClean::groups_up_to(Offset end) const {
  std::vector<Segments> groups;
  int64_t size = 0;
  int64_t index_size = 0;
  for (const auto& segment : *segments_) {
    if (segment->base_offset() >= std::min(end, spec_.end)) break;
    // Retention takes it away.
    if (next_base(*segment) <= log_.log_start_offset()) continue;
    size += segment->size();
    index_size += segment->index_bytes();
    const bool fits = !groups.empty() && size <= config_.segment_bytes &&
                      index_size <= config_.segment_index_bytes &&
                      next_base(*segment) - 1 - groups.back().front()->base_offset() <= INT32_MAX;
    if (!fits) {
      groups.emplace_back();
      size = segment->size();
      index_size = segment->index_bytes();
    }
    groups.back().push_back(segment);
  }
  return groups;
}

Result<void> LogClean::clean_group(const Segments& group, BatchCleaner& cleaner) {
  const auto& last = group.back();
  auto target = Segment::create(log_.fs_, log_.directory_, group.front()->base_offset(),
                                last->created_ms(), kCleanedSuffix);
  if (!target) return std::move(target).error();
  Result<void> done = write_group(group, cleaner, **target);
  if (done) done = log_.replace_segments(group, **target);
  if (done || log_.is_offline()) return done;
  // What cannot be removed now is at the next round or start.
  if (auto discarded = discard_cleaned(log_.fs_, log_.directory_); !discarded) {
    log::warn(log_.name(), ": ", discarded.error().message());
  }
  return done;
}

Result<void> LogClean::write_group(const Segments& group, BatchCleaner& cleaner, Segment& target) {
  cleaner.set_producers(log_.last_of_producers());
  for (const auto& segment : group) {
    MILL_TRY(const auto aborted,
             log_.aborted_transactions(segment->base_offset(), next_base(*segment)));
    cleaner.transactions().add_aborted(aborted);
    MILL_CHECK(write_segment(*segment, segment == group.back(), cleaner, target));
    outcome_.bytes_before += segment->size();
  }
  MILL_CHECK(finish(target));
  outcome_.bytes_after += target.size();
  return {};
}

Result<void> LogClean::write_segment(const Segment& source, bool is_last, BatchCleaner& cleaner,
                                     Segment& target) {
  BatchStream stream(*source.file(), Position(0), source.size(), read_buffer_);
  for (;;) {
    MILL_TRY(const bool more, stream.next());
    MILL_CHECK(spend(stream.take_bytes_read()));
    if (!more) return {};
    // The last batch of the group tells, if only by its header, how far the new segment reaches:
    // which old ones a crash in the middle of the swap leaves to be removed, and that it is not
    // empty.
    const bool keep_header = is_last && stream.is_last();
    outcome_.records_before += stream.batch().record_count();
    MILL_TRY(const auto cleaned, cleaner.clean(stream.batch(), keep_header));
    if (cleaned.bytes.empty()) continue;
    outcome_.records_after += cleaned.record_count;
    if (cleaned.aborted) target.add_aborted(*cleaned.aborted);
    MILL_CHECK(add(cleaned, stream.batch().last_offset(), target));
  }
}

Result<void> LogClean::add(const BatchCleaner::Cleaned& cleaned, Offset last_offset,
                           Segment& target) {
  const auto size = static_cast<int64_t>(cleaned.bytes.size());
  const auto buffered = static_cast<int64_t>(write_buffer_.size());
  if (target.size() + buffered + size > INT32_MAX) {
    return kafka_error(ErrorCode::record_list_too_large,
                       cat("cleaning would make segment ", target.base_offset(), " of ",
                           log_.name(), " larger than 2 GiB"));
  }
  write_buffer_.insert(write_buffer_.end(), cleaned.bytes.begin(), cleaned.bytes.end());
  pending_.push_back(
      {.last_offset = last_offset, .size = size, .max_timestamp = cleaned.max_timestamp});
  return buffered + size < spec_.io_buffer_bytes / 2 ? Result<void>() : flush(target);
}

Result<void> LogClean::flush(Segment& target) {
  if (pending_.empty()) return {};
  const ByteView bytes = write_buffer_;
  MILL_CHECK(target.write(std::span(&bytes, 1)));
  for (const Pending& batch : pending_) {
    target.account(batch.last_offset, batch.size, batch.max_timestamp,
                   config_.index_interval_bytes);
  }
  const auto written = static_cast<int64_t>(write_buffer_.size());
  pending_.clear();
  write_buffer_.clear();
  unsynced_bytes_ += written;
  if (unsynced_bytes_ >= kSyncBytes) {
    MILL_CHECK(target.file()->sync());
    unsynced_bytes_ = 0;
  }
  return spend(written);
}

Result<void> LogClean::finish(Segment& target) {
  MILL_CHECK(flush(target));
  MILL_CHECK(target.finish_indexes());
  // There is one even where it is empty: it takes the place of the old one.
  const std::string name =
      segment_file_name(target.base_offset(), ".txnindex").append(kCleanedSuffix);
  MILL_CHECK(log_.fs_.open(log_.path_of(name), io::OpenMode::create));
  MILL_CHECK(target.sync());
  unsynced_bytes_ = 0;
  return {};
}

}  // namespace millrace::storage
