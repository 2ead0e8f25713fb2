// Reading a partition log: by offset and by timestamp. No lock is taken.
#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "storage/header_walk.h"
#include "storage/partition_log.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

/// The last segment that begins at or before `offset`; the first where none does.
template <class List>
size_t segment_of(const List& list, Offset offset) {
  const auto after =
      std::upper_bound(list.begin(), list.end(), offset,
                       [](Offset at, const auto& segment) { return at < segment->base_offset(); });
  return after == list.begin() ? 0 : static_cast<size_t>(after - list.begin()) - 1;
}

}  // namespace

// The tail must have been loaded before the list: then every segment that the tail speaks of is in
// the list, and one that the list has beyond holds nothing below the tail's end.
PartitionLog::View PartitionLog::view_of(const SegmentList& list, size_t index, const Tail& tail) {
  Segment& segment = *list[index];
  const Offset base = segment.base_offset();
  const int64_t limit = base < tail.active_base    ? segment.size()
                        : base == tail.active_base ? tail.active_size
                                                   : 0;
  const Offset next = index + 1 < list.size() ? list[index + 1]->base_offset() : tail.end_offset;
  return {.segment = &segment, .limit = limit, .next_base = next};
}

Result<std::optional<BatchPlace>> PartitionLog::find_batch(const View& view, const Tail& tail,
                                                           Offset from) const {
  // Most readers wait at the end: the last batch needs no lookup.
  if (tail.last_batch_base >= Offset(0) && from >= tail.last_batch_base &&
      view.segment->base_offset() == tail.active_base) {
    HeaderWalk walk(*view.segment->file(), Position(tail.last_batch_position), view.limit);
    if (const auto more = walk.next(); more && *more && walk.place().last_offset >= from) {
      return std::optional(walk.place());
    }
  }
  return view.segment->find(from, view.limit);
}

Result<int64_t> PartitionLog::limit_before(const View& view, const Tail& tail, Offset up_to) const {
  if (up_to >= view.next_base) return view.limit;
  if (up_to == tail.last_batch_base && view.segment->base_offset() == tail.active_base) {
    return tail.last_batch_position;
  }
  MILL_TRY(const auto first_hidden, view.segment->find(up_to, view.limit));
  return first_hidden ? first_hidden->at.value() : view.limit;
}

Result<ReadResult> PartitionLog::read(Offset from, const ReadLimits& limits) const {
  if (is_offline()) return offline_error();
  const Tail tail = tail_.load();
  const SharedSegments list = segments();
  if (from < log_start_offset() || from > tail.end_offset) {
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat("offset ", from, " of ", name_, " is not within ", log_start_offset(),
                           " and ", tail.end_offset));
  }
  ReadResult result;
  const Offset up_to = std::min(limits.up_to, tail.end_offset);
  for (size_t i = segment_of(*list, from); i < list->size() && from < up_to; ++i) {
    const View view = view_of(*list, i, tail);
    MILL_TRY(const auto place, find_batch(view, tail, from));
    // Offsets may be missing at a segment's end; the next one has what follows.
    if (!place) continue;
    if (place->base_offset >= up_to) return result;
    MILL_TRY(const int64_t limit, limit_before(view, tail, up_to));
    const int64_t available = limit - place->at.value();
    if (available <= 0) return result;
    int64_t size_max = limits.bytes_max;
    if (place->size > size_max) {
      if (!limits.at_least_one) return result;
      size_max = place->size;
    }
    result.size = std::min(available, size_max);
    result.bound = std::min(
        up_to,
        view.segment->offset_bound(place->at.value() + result.size).value_or(view.next_base));
    const auto& file = view.segment->file();
    if (file->descriptor() >= 0) {
      result.chunks.emplace_back(io::FileSlice{.file = file, .at = place->at, .size = result.size});
      return result;
    }
    Bytes bytes(static_cast<size_t>(result.size));
    MILL_TRY(const size_t count, file->read_at(place->at, bytes));
    bytes.resize(count);
    result.size = static_cast<int64_t>(count);
    result.chunks.emplace_back(SharedBytes(std::move(bytes)));
    return result;
  }
  return result;
}

Result<std::vector<AbortedTransaction>> PartitionLog::aborted_transactions(Offset from,
                                                                           Offset up_to) const {
  std::vector<AbortedTransaction> found;
  const SharedSegments list = segments();
  for (size_t i = segment_of(*list, from); i < list->size(); ++i) {
    MILL_TRY(const bool complete, (*list)[i]->transactions().collect(from, up_to, found));
    if (complete) break;
  }
  return found;
}

Offset PartitionLog::last_stable_offset(Offset high_watermark) {
  if (!has_unstable_) return high_watermark;
  const MutexLock lock(mutex_);
  std::erase_if(ended_, [&](const auto& ended) { return ended.second < high_watermark; });
  Offset first = high_watermark;
  if (!ended_.empty()) first = std::min(first, ended_.begin()->first);
  if (const auto open = producers_.first_open_offset()) first = std::min(first, *open);
  has_unstable_ = !ended_.empty() || producers_.first_open_offset().has_value();
  return std::max(first, log_start_offset());
}

Result<std::optional<TimestampOffset>> PartitionLog::offset_for_timestamp(int64_t timestamp,
                                                                          Offset up_to) const {
  if (is_offline()) return offline_error();
  const Tail tail = tail_.load();
  const SharedSegments list = segments();
  const Offset start = log_start_offset();
  for (size_t i = 0; i < list->size(); ++i) {
    const View view = view_of(*list, i, tail);
    if (view.segment->largest_timestamp() < timestamp || view.next_base <= start) continue;
    if (view.segment->base_offset() >= up_to) break;
    MILL_TRY(const auto found, view.segment->find_timestamp(
                                   timestamp, start, std::min(up_to, tail.end_offset), view.limit));
    if (found) return found;
  }
  return std::optional<TimestampOffset>();
}

Result<std::optional<TimestampOffset>> PartitionLog::max_timestamp() const {
  if (is_offline()) return offline_error();
  const Tail tail = tail_.load();
  const SharedSegments list = segments();
  std::optional<size_t> best;
  for (size_t i = 0; i < list->size(); ++i) {
    const int64_t largest = (*list)[i]->largest_timestamp();
    if (largest >= 0 && (!best || largest > (*list)[*best]->largest_timestamp())) best = i;
  }
  if (!best) return std::optional<TimestampOffset>();
  const View view = view_of(*list, *best, tail);
  return view.segment->find_largest_timestamp(log_start_offset(), view.limit);
}

}  // namespace millrace::storage
