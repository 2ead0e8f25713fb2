// Lookups in a segment by offset and by timestamp.
#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "record/record_reader.h"
#include "storage/partition_log.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

/// The first record that `matches`, or nothing.
template <class Matches>
Result<std::optional<TimestampOffset>> first_record(const Bytes& bytes, Matches matches) {
  MILL_TRY(const auto batch, record::BatchView::parse(bytes));
  std::optional<TimestampOffset> found;
  MILL_CHECK(record::for_each_record(batch, [&](const record::RecordView& record) {
    if (!matches(record)) return true;
    found = TimestampOffset{.timestamp = record.timestamp,
                            .offset = record.offset,
                            .leader_epoch = batch.leader_epoch()};
    return false;
  }));
  return found;
}

}  // namespace

Position Segment::start_for(Offset offset, size_t back) const {
  const auto entry = offsets_.floor(offset - base_);
  if (!entry) return Position(0);
  if (back == 0) return Position(entry->position);
  const auto after = offsets_.partition_point(
      [&](const OffsetIndexEntry& other) { return other.position <= entry->position; });
  if (!after || *after <= back) return Position(0);
  const auto earlier = offsets_.at(*after - 1 - back);
  return Position(earlier ? earlier->position : 0);
}

std::optional<Offset> Segment::offset_bound(int64_t position) const {
  const auto index = offsets_.partition_point(
      [position](const OffsetIndexEntry& entry) { return entry.position < position; });
  if (!index || *index >= offsets_.count()) return std::nullopt;
  const auto entry = offsets_.at(*index);
  return entry ? std::optional(base_ + entry->relative_offset) : std::nullopt;
}

Result<std::optional<BatchPlace>> Segment::walk_to(Position start, Offset offset,
                                                   int64_t limit) const {
  HeaderWalk walk(*file_, start, limit);
  for (bool first = true;; first = false) {
    MILL_TRY(const bool more, walk.next());
    if (!more) return std::optional<BatchPlace>();
    // A wrong index entry may point at bytes that look like a batch, but hardly at this segment's.
    if (first && start > Position(0) &&
        (walk.place().base_offset < base_ || walk.place().base_offset > offset)) {
      return kafka_error(ErrorCode::corrupt_message, "index entry does not fit");
    }
    if (walk.place().last_offset >= offset) return std::optional(walk.place());
  }
}

Result<std::optional<BatchPlace>> Segment::find(Offset offset, int64_t limit) const {
  const Position start = start_for(offset);
  if (start > Position(0) && start.value() < limit) {
    auto found = walk_to(start, offset, limit);
    if (found) return found;
    // The index is a cache: what it said is dropped and the log itself asked.
  }
  return walk_to(Position(0), offset, limit);
}

Result<Bytes> Segment::read_batch(const BatchPlace& place) const {
  Bytes bytes(static_cast<size_t>(place.size));
  MILL_TRY(const size_t count, file_->read_at(place.at, bytes));
  if (count != bytes.size()) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat(file_->path(), " at ", place.at, ": the file ends inside a batch"));
  }
  return bytes;
}

Result<std::optional<TimestampOffset>> Segment::find_timestamp(int64_t timestamp, Offset from,
                                                               Offset up_to, int64_t limit) const {
  const auto entry = times_.floor(timestamp);
  const Offset known = entry ? base_ + entry->relative_offset : base_;
  Position start = start_for(std::max(known, from));
  if (start.value() >= limit) start = Position(0);
  HeaderWalk walk(*file_, start, limit);
  for (;;) {
    MILL_TRY(const bool more, walk.next());
    if (!more || walk.place().base_offset >= up_to) return std::optional<TimestampOffset>();
    if (walk.place().max_timestamp < timestamp || walk.place().last_offset < from) continue;
    MILL_TRY(const Bytes bytes, read_batch(walk.place()));
    MILL_TRY(const auto found, first_record(bytes, [&](const record::RecordView& record) {
               return record.timestamp >= timestamp && record.offset >= from;
             }));
    if (found) return found->offset < up_to ? found : std::nullopt;
  }
}

Result<std::optional<TimestampOffset>> Segment::find_largest_timestamp(Offset from,
                                                                       int64_t limit) const {
  if (largest_timestamp() < 0) return std::optional<TimestampOffset>();
  const Offset holder(largest_timestamp_offset_.load());
  MILL_TRY(const auto place, find(std::max(holder, from), limit));
  if (!place) return std::optional<TimestampOffset>();
  MILL_TRY(const Bytes bytes, read_batch(*place));
  return first_record(bytes, [&](const record::RecordView& record) {
    return record.timestamp >= place->max_timestamp && record.offset >= from;
  });
}

}  // namespace millrace::storage
