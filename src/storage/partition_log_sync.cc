// Making a partition log durable.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/partition_log.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

/// Whatever can be done before the lock is taken again: sealed segments first, so that no later
/// record is durable before an earlier one is.
Result<void> sync_files(io::FileSystem& fs, const std::string& directory, bool names_changed,
                        const std::vector<std::shared_ptr<Segment>>& sealed, Segment& active) {
  for (const auto& segment : sealed) {
    // Tried again where a full disk kept the index from being written; a missing one is remade.
    if (segment->finish_indexes()) {
      MILL_CHECK(segment->sync());
    } else {
      MILL_CHECK(segment->file()->sync());
    }
  }
  if (names_changed) MILL_CHECK(fs.sync_directory(directory));
  return active.file()->sync();
}

}  // namespace

Result<Offset> PartitionLog::sync() {
  std::vector<std::shared_ptr<Segment>> sealed;
  std::shared_ptr<Segment> last;
  Offset target;
  bool names_changed = false;
  {
    const MutexLock lock(mutex_);
    MILL_CHECK(check_usable());
    target = tail_.load().end_offset;
    if (config_.in_memory) {
      synced_offset_ = target.value();
      unsynced_.clear();
      return target;
    }
    sealed.swap(unsynced_);
    last = segments()->back();
    names_changed = std::exchange(names_dirty_, false);
    if (sealed.empty() && !names_changed && target <= synced_offset()) return target;
  }
  auto done = sync_files(fs_, directory_, names_changed, sealed, *last);
  if (!done) {
    leave_failed_sync_mark(synced_offset());
    const MutexLock lock(mutex_);
    // Even ENOSPC is final here: what the kernel dropped is not in the page cache any more.
    return failed(kafka_error(ErrorCode::kafka_storage_error, done.error().to_string()),
                  "making records durable");
  }
  const MutexLock lock(mutex_);
  target = std::min(target, tail_.load().end_offset);
  synced_offset_ = std::max(synced_offset_.load(), target.value());
  return target;
}

void PartitionLog::leave_failed_sync_mark(Offset synced) {
  const std::string text = cat(synced, '\n');
  auto left = io::replace_file(fs_, path_of(kFailedSync), as_bytes(text));
  if (left) return;
  log::error(name_, ": could not note where the last sync ended: ", left.error().to_string());
  // The next start must not believe the page cache either, so what was not synced goes now.
  const SharedSegments list = segments();
  for (auto segment = list->rbegin(); segment != list->rend(); ++segment) {
    int64_t keep = 0;
    if ((*segment)->base_offset() < synced) {
      const auto place = (*segment)->find(synced, (*segment)->size());
      keep = place && *place ? (*place)->at.value() : (*segment)->size();
    }
    (void)(*segment)->file()->truncate(keep).has_value();
    if ((*segment)->base_offset() < synced) return;
  }
}

}  // namespace millrace::storage
