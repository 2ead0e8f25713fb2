// Making a partition log durable.
#include <algorithm>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/partition_log.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

/// What one sync makes durable.
struct SyncWork {
  std::vector<std::shared_ptr<Segment>> sealed;
  std::vector<std::string> snapshots;
  std::shared_ptr<Segment> active;
  bool names_changed = false;
};

Result<void> sync_if_there(io::FileSystem& fs, const std::string& path) {
  auto file = fs.open(path, io::OpenMode::read_write);
  if (file) return (*file)->sync();
  if (file.error().is(std::errc::no_such_file_or_directory)) return {};
  return std::move(file).error();
}

/// Sealed segments first, so that no later record is durable before an earlier one is.
Result<void> sync_files(io::FileSystem& fs, const std::string& directory, const SyncWork& work) {
  for (const auto& segment : work.sealed) {
    // Tried again where a full disk kept the index from being written; a missing one is remade.
    if (segment->finish_indexes()) {
      MILL_CHECK(segment->sync());
    } else {
      MILL_CHECK(segment->file()->sync());
    }
  }
  for (const std::string& path : work.snapshots) MILL_CHECK(sync_if_there(fs, path));
  if (work.names_changed) MILL_CHECK(fs.sync_directory(directory));
  return work.active->file()->sync();
}

}  // namespace

Result<Offset> PartitionLog::sync() {
  SyncWork work;
  Offset target;
  {
    const MutexLock lock(mutex_);
    MILL_CHECK(check_usable());
    target = tail_.load().end_offset;
    if (config_.in_memory) {
      synced_offset_ = target.value();
      unsynced_.clear();
      unsynced_snapshots_.clear();
      return target;
    }
    work.sealed.swap(unsynced_);
    work.snapshots.swap(unsynced_snapshots_);
    work.active = segments()->back();
    work.names_changed = std::exchange(names_dirty_, false);
    const bool nothing_new = work.sealed.empty() && work.snapshots.empty() && !work.names_changed;
    if (nothing_new && target <= synced_offset()) return target;
  }
  auto done = sync_files(fs_, directory_, work);
  if (!done) {
    auto marked = leave_failed_sync_mark();
    const MutexLock lock(mutex_);
    if (!marked) {
      log::error(name_, ": could not note where the last sync ended: ", marked.error().to_string());
      drop_unsynced();
    }
    // Even ENOSPC is final here: what the kernel dropped is not in the page cache any more.
    return failed(kafka_error(ErrorCode::kafka_storage_error, done.error().to_string()),
                  "making records durable");
  }
  const MutexLock lock(mutex_);
  synced_offset_ = std::max(synced_offset_.load(), target.value());
  return target;
}

Result<void> PartitionLog::leave_failed_sync_mark() {
  const std::string text = cat(synced_offset(), '\n');
  return io::replace_file(fs_, path_of(kFailedSync), as_bytes(text));
}

void PartitionLog::drop_unsynced() {
  // No mark tells the next start not to believe the page cache, so what was not synced goes now.
  const Offset synced = synced_offset();
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
