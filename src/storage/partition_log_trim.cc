// Making a partition log shorter: deleted records and retention.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/partition_log.h"
#include "storage/published_file.h"
#include "storage/segment.h"

namespace millrace::storage {

Result<Offset> PartitionLog::delete_records(Offset offset) {
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  if (offset > tail_.load().end_offset) {
    return kafka_error(ErrorCode::offset_out_of_range,
                       cat("offset ", offset, " is above the end of ", name_));
  }
  if (offset > log_start_offset()) {
    log_start_offset_ = offset.value();
    epochs_.truncate_from_start(offset);
  }
  return log_start_offset();
}

Result<size_t> PartitionLog::apply_retention(int64_t now_ms, Offset up_to) {
  const MutexLock files(files_mutex_);
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  const SharedSegments list = segments();
  int64_t excess = 0;
  if (config_.delete_old_segments && config_.retention_bytes >= 0) {
    excess = -config_.retention_bytes;
    for (const auto& segment : *list) excess += segment->size();
  }
  size_t count = 0;
  for (; count < list->size(); ++count) {
    const Segment& segment = *(*list)[count];
    const bool is_active = count + 1 == list->size();
    const Offset next = is_active ? tail_.load().end_offset : (*list)[count + 1]->base_offset();
    if (next > up_to || segment.size() == 0) break;
    const int64_t youngest =
        segment.largest_timestamp() >= 0 ? segment.largest_timestamp() : segment.created_ms();
    const bool too_old = config_.delete_old_segments && config_.retention_ms >= 0 &&
                         now_ms - youngest > config_.retention_ms;
    const bool too_much = excess >= segment.size() && excess > 0;
    const bool below_start = next <= log_start_offset();
    if (!too_old && !too_much && !below_start) break;
    excess -= segment.size();
  }
  if (count == 0) return size_t{0};
  // A log always has an active segment: where that one goes too, it is first replaced.
  if (count == list->size()) {
    MILL_CHECK(clear_leftovers());
    MILL_CHECK(roll_locked());
  }
  return remove_oldest(count);
}

Result<size_t> PartitionLog::remove_oldest(size_t count) {
  const SharedSegments list = segments();
  const SegmentList gone(list->begin(), list->begin() + static_cast<ptrdiff_t>(count));
  SegmentList kept(list->begin() + static_cast<ptrdiff_t>(count), list->end());
  const Offset start = std::max(log_start_offset(), kept.front()->base_offset());
  log_start_offset_ = start.value();
  publish(std::move(kept));
  epochs_.truncate_from_start(start);
  std::erase_if(unsynced_, [&](const auto& segment) { return segment->base_offset() < start; });
  if (synced_offset() < start) {
    // There is nothing below the start that could still be lost.
    synced_offset_ = std::min(start, tail_.load().end_offset).value();
  }
  const FilesChange change(publisher_);
  for (const auto& segment : gone) {
    if (auto removed = segment->remove_files(); !removed) {
      return failed(removed.error(), "removing a segment");
    }
  }
  if (auto written = epochs_.write(fs_, path_of(kLeaderEpochs)); !written) {
    return failed(written.error(), "writing the leader epochs");
  }
  return count;
}

}  // namespace millrace::storage
