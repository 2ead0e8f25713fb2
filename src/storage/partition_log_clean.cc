// Cleaning a partition log: what may be cleaned, and how cleaned segments take their place.
#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "storage/batch_cleaner.h"
#include "storage/log_clean.h"
#include "storage/partition_log.h"
#include "storage/published_file.h"
#include "storage/segment.h"
#include "storage/segment_swap.h"

namespace millrace::storage {
namespace {

/// The largest timestamp of a segment's first batch, or -1.
Result<int64_t> first_timestamp_of(const Segment& segment) {
  HeaderWalk walk(*segment.file(), Position(0), segment.size());
  MILL_TRY(const bool any, walk.next());
  return any ? walk.place().max_timestamp : int64_t{-1};
}

}  // namespace

Result<Cleanable> PartitionLog::cleanable(const CleanableSpec& spec) const {
  const LogConfig config = this->config();
  const Offset active_base = active_segment_base();
  const SharedSegments list = segments();
  const Offset first_dirty =
      spec.cleaned_up_to < log_start_offset() || spec.cleaned_up_to > log_end_offset()
          ? log_start_offset()
          : spec.cleaned_up_to;
  // A record that goes because of a later one must not outlive it at a loss of power: what decides
  // is durable.
  const Offset bound = std::min({spec.stable_offset, synced_offset(), active_base});
  Cleanable found{.first_dirty = first_dirty, .end = list->front()->base_offset()};
  bool is_young = false;
  for (size_t i = 0; i + 1 < list->size() && !is_young; ++i) {
    const Segment& segment = *(*list)[i];
    const Offset next = (*list)[i + 1]->base_offset();
    const bool is_dirty = next > first_dirty;
    is_young = is_dirty && config.min_compaction_lag_ms > 0 &&
               segment.largest_timestamp() > spec.now_ms - config.min_compaction_lag_ms;
    if (next > bound || is_young) break;
    found.end = next;
    (is_dirty ? found.dirty_bytes : found.clean_bytes) += segment.size();
    if (!is_dirty || config.max_compaction_lag_ms == INT64_MAX) continue;
    MILL_TRY(const int64_t timestamp, first_timestamp_of(segment));
    found.is_overdue |= timestamp > 0 && timestamp < spec.now_ms - config.max_compaction_lag_ms;
  }
  return found;
}

Result<CleanOutcome> PartitionLog::clean(const CleanSpec& spec) {
  {
    const MutexLock lock(mutex_);
    MILL_CHECK(check_usable());
  }
  return LogClean(*this, spec).run();
}

LastOfProducers PartitionLog::last_of_producers() const {
  LastOfProducers last;
  for (const ProducerEntry& entry : producers()) {
    LastOfProducer& one = last[entry.producer_id];
    one.epoch = entry.epoch;
    if (entry.window_size > 0) one.last_offset = entry.window[entry.window_size - 1].last_offset;
  }
  return last;
}

Result<void> PartitionLog::replace_segments(const SegmentList& old, const Segment& cleaned) {
  const MutexLock files(files_mutex_);
  std::vector<Offset> bases;
  std::vector<Offset> snapshots;
  {
    const MutexLock lock(mutex_);
    MILL_CHECK(check_usable());
    const SharedSegments list = segments();
    if (std::search(list->begin(), list->end(), old.begin(), old.end()) == list->end()) {
      return kafka_error(ErrorCode::kafka_storage_error,
                         cat(name_, ": segments went away while they were cleaned"));
    }
    for (const auto& segment : old) {
      bases.push_back(segment->base_offset());
      // A snapshot is useful where a segment begins, and where it is the newest.
      const bool is_useful = segment == old.front() || last_snapshot_ == segment->base_offset();
      if (!is_useful) snapshots.push_back(segment->base_offset());
    }
  }
  for (const auto& segment : old) MILL_CHECK(segment->pin_indexes());
  const FilesChange change(publisher_);
  bool committed = false;
  Result<void> done = commit_cleaned(fs_, directory_, bases.front(), committed);
  if (!committed) return done;
  if (done) done = complete_swap(fs_, directory_, bases.front(), bases, snapshots);
  if (!done) {
    // The old segments may be gone in part; the next start completes it.
    const MutexLock lock(mutex_);
    return failed(kafka_error(ErrorCode::kafka_storage_error, done.error().to_string()),
                  "replacing cleaned segments");
  }
  if (cleaned.transactions().empty()) {
    // An empty one took the place of the old one; there need not be any.
    (void)fs_.remove(path_of(segment_file_name(bases.front(), ".txnindex"))).has_value();
  }
  publish_cleaned(old, cleaned.renamed());
  return {};
}

void PartitionLog::publish_cleaned(const SegmentList& old, std::shared_ptr<Segment> cleaned) {
  const MutexLock lock(mutex_);
  // New segments may have been added at the end meanwhile.
  const SharedSegments list = segments();
  const auto first = std::search(list->begin(), list->end(), old.begin(), old.end());
  SegmentList changed(list->begin(), first);
  changed.push_back(std::move(cleaned));
  changed.insert(changed.end(), first + static_cast<ptrdiff_t>(old.size()), list->end());
  publish(std::move(changed));
}

}  // namespace millrace::storage
