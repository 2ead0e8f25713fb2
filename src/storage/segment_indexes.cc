// How a segment gets its indexes when it is opened.
#include <algorithm>

#include "base/try.h"
#include "storage/segment.h"

namespace millrace::storage {

void Segment::reset_indexes() {
  offsets_.reset();
  times_.reset();
  bytes_since_entry_ = 0;
  first_timestamp_ = -1;
  largest_timestamp_ = -1;
  largest_timestamp_offset_ = -1;
}

Result<bool> Segment::attach_indexes(Offset next_base) {
  for (const std::string* path : {&offsets_.path(), &times_.path()}) {
    MILL_TRY(const bool exists, fs_.exists(*path));
    if (!exists) return false;
  }
  MILL_TRY(const bool offsets_whole, offsets_.attach());
  MILL_TRY(const bool times_whole, times_.attach());
  if (!offsets_whole || !times_whole) return false;
  const int64_t relative_max = next_base.value() - base_.value();
  const auto in_segment = [&](int32_t relative) {
    return relative >= 0 && relative < relative_max;
  };
  if (!offsets_.empty()) {
    const auto last = offsets_.last();
    if (!last || !in_segment(last->relative_offset) || last->position <= 0 ||
        last->position >= size()) {
      return false;
    }
  }
  // A segment with records has at least the time entry that sealing wrote.
  if (times_.empty()) return size() == 0;
  const auto last = times_.last();
  if (!last || !in_segment(last->relative_offset) || last->timestamp < 0) return false;
  largest_timestamp_ = last->timestamp;
  largest_timestamp_offset_ = base_.value() + last->relative_offset;
  return true;
}

Result<bool> Segment::load_indexes(Offset& end_offset) {
  MILL_TRY(const bool usable, attach_indexes(Offset(base_.value() + INT32_MAX)));
  if (!usable) return false;
  MILL_CHECK(offsets_.load());
  MILL_CHECK(times_.load());
  HeaderWalk first(*file_, Position(0), size());
  const auto any = first.next();
  if (any && *any) first_timestamp_ = first.place().max_timestamp;

  const auto entry = offsets_.last();
  HeaderWalk walk(*file_, Position(entry ? entry->position : 0), size());
  end_offset = base_;
  bytes_since_entry_ = 0;
  for (bool at_entry = entry.has_value();; at_entry = false) {
    const auto more = walk.next();
    if (!more) return false;
    if (!*more) return true;
    const BatchPlace& place = walk.place();
    if (place.base_offset < base_) return false;
    if (at_entry && place.last_offset.value() != base_.value() + entry->relative_offset) {
      return false;
    }
    note_timestamp(place.max_timestamp, place.last_offset);
    bytes_since_entry_ += place.size;
    end_offset = place.last_offset + 1;
  }
}

Result<bool> Segment::attach_transactions(Offset next_base, bool is_active) {
  MILL_TRY(const bool fits, transactions_.attach(base_, next_base));
  if (!fits) {
    transactions_.reset();
    return false;
  }
  if (is_active) MILL_CHECK(transactions_.load());
  return true;
}

Result<void> Segment::rebuild_indexes(int64_t index_interval, Offset& end_offset) {
  reset_indexes();
  const int64_t size = this->size();
  size_.store(0, std::memory_order_release);
  end_offset = base_;
  HeaderWalk walk(*file_, Position(0), size);
  for (;;) {
    const auto more = walk.next();
    if (!more || !*more) {
      size_.store(size, std::memory_order_release);
      if (!more) return more.error();
      return {};
    }
    account(walk.place().last_offset, walk.place().size, walk.place().max_timestamp,
            index_interval);
    end_offset = walk.place().last_offset + 1;
  }
}

}  // namespace millrace::storage
