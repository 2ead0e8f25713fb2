#include "storage/partition_log.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/producer_snapshot.h"
#include "storage/segment.h"

namespace millrace::storage {
namespace {

bool is_disk_full(const Error& error) {
  return error.is(std::errc::no_space_on_device) ||
         error.code() == std::error_code(EDQUOT, std::generic_category());
}

}  // namespace

PartitionLog::PartitionLog(io::FileSystem& fs, const Clock& clock, const OpenOptions& options)
    : fs_(fs),
      clock_(clock),
      name_(options.name),
      directory_(options.directory),
      config_(options.config),
      segments_(std::make_shared<const SegmentList>()) {}

PartitionLog::~PartitionLog() = default;

std::string PartitionLog::path_of(std::string_view file) const {
  return io::join(directory_, file);
}

Uuid PartitionLog::topic_id() const {
  const MutexLock lock(mutex_);
  return topic_id_;
}

Result<void> PartitionLog::set_topic_id(const Uuid& topic_id) {
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  MILL_CHECK(write_partition_metadata(fs_, path_of(kPartitionMetadata), topic_id));
  topic_id_ = topic_id;
  return {};
}

void PartitionLog::update_config(const LogConfig& config) {
  const MutexLock lock(mutex_);
  const bool in_memory = config_.in_memory;
  config_ = config;
  config_.in_memory = in_memory;
}

LogConfig PartitionLog::config() const {
  const MutexLock lock(mutex_);
  return config_;
}

int64_t PartitionLog::size() const {
  const SharedSegments list = segments();
  int64_t sum = 0;
  for (const auto& segment : *list) sum += segment->size();
  return sum;
}

size_t PartitionLog::segment_count() const { return segments()->size(); }

std::vector<ProducerEntry> PartitionLog::producers() const {
  const MutexLock lock(mutex_);
  return producers_.entries();
}

void PartitionLog::expire_producers(int64_t now_ms) {
  const MutexLock lock(mutex_);
  const int64_t active_since = now_ms - config_.producer_id_expiration_ms;
  producers_.expire(active_since);
  std::erase_if(verifying_,
                [&](const auto& entry) { return entry.second.asked_ms < active_since; });
}

EpochEnd PartitionLog::epoch_end_offset(LeaderEpoch epoch) const {
  const MutexLock lock(mutex_);
  const auto end = epochs_.end_of(epoch, tail_.load().end_offset);
  return end ? EpochEnd{end->epoch, end->end_offset} : EpochEnd{};
}

std::optional<LeaderEpoch> PartitionLog::epoch_of(Offset offset) const {
  const MutexLock lock(mutex_);
  return epochs_.epoch_of(offset);
}

Result<void> PartitionLog::start_epoch(LeaderEpoch epoch) {
  const MutexLock lock(mutex_);
  MILL_CHECK(check_usable());
  LeaderEpochs changed = epochs_;
  if (!changed.assign(epoch, tail_.load().end_offset)) return {};
  if (auto written = changed.write(fs_, path_of(kLeaderEpochs)); !written) {
    return failed(written.error(), "entering a leader epoch");
  }
  epochs_ = std::move(changed);
  leader_epoch_ = epoch.value();
  return {};
}

Error PartitionLog::offline_error() const {
  const MutexLock lock(mutex_);
  return offline_cause_.value_or(
      kafka_error(ErrorCode::kafka_storage_error, cat(name_, " is not offline")));
}

Result<void> PartitionLog::check_usable() const {
  if (offline_cause_) return *offline_cause_;
  if (closed_) return kafka_error(ErrorCode::kafka_storage_error, cat(name_, " is closed"));
  return {};
}

Error PartitionLog::failed(const Error& cause, std::string_view action) {
  if (is_disk_full(cause)) {
    if (!std::exchange(disk_was_full_, true)) {
      log::warn(name_, ": ", action, ": ", cause.message(),
                "; writes are refused and reads served until there is room");
    }
    return kafka_error(ErrorCode::kafka_storage_error,
                       cat(name_, ": the disk is full: ", cause.message()));
  }
  if (!offline_cause_) {
    offline_cause_ = kafka_error(ErrorCode::kafka_storage_error,
                                 cat(name_, " is offline: ", action, ": ", cause.message()));
    offline_ = true;
    log::error(offline_cause_->message());
  }
  return *offline_cause_;
}

void PartitionLog::publish(SegmentList list) {
  segments_.store(std::make_shared<const SegmentList>(std::move(list)));
}

Result<void> PartitionLog::write_snapshot() {
  const Offset end = tail_.load().end_offset;
  if (last_snapshot_ == end) return {};
  const std::string path = path_of(segment_file_name(end, ".snapshot"));
  MILL_CHECK(write_snapshot_file(fs_, path, producers_));
  unsynced_snapshots_.push_back(path);
  // A snapshot that no segment starts at served only until there was a newer one.
  if (const auto last = last_snapshot_) {
    const SharedSegments list = segments();
    const bool at_segment = std::any_of(list->begin(), list->end(), [&](const auto& segment) {
      return segment->base_offset() == *last;
    });
    if (!at_segment) {
      (void)fs_.remove(path_of(segment_file_name(*last, ".snapshot"))).has_value();
    }
  }
  last_snapshot_ = end;
  names_dirty_ = true;
  return {};
}

Result<void> PartitionLog::close() {
  const MutexLock files(files_mutex_);
  {
    const MutexLock lock(mutex_);
    const Offset end = tail_.load().end_offset;
    if (closed_) return {};
    if (offline_cause_) {
      closed_ = true;
      return {};
    }
    if (config_.in_memory) {
      closed_ = true;
      closed_cleanly_ = true;
      return {};
    }
    if (auto cleared = clear_leftovers(); !cleared) return cleared;
    const bool never_written = !last_snapshot_ && producers_.size() == 0 && size() == 0;
    if (never_written) {
      // Most of the partitions of __consumer_offsets: nothing that would be missed is synced.
      (void)active().finish_indexes().has_value();
    } else if (end > synced_offset() || last_snapshot_ != end || active().indexes_unfinished()) {
      // Indexes are caches: one that a full disk keeps from being written is made anew.
      if (active().finish_indexes()) note_aborted_named(active());
      if (auto written = write_snapshot(); !written) {
        return failed(written.error(), "writing the producer snapshot");
      }
      // The indexes' and the snapshot's names and contents belong to the clean end too.
      names_dirty_ = true;
      unsynced_.push_back(segments()->back());
    }
  }
  MILL_CHECK(sync());
  const MutexLock lock(mutex_);
  closed_ = true;
  closed_cleanly_ = true;
  return {};
}

void PartitionLog::abandon() {
  // A swap that is under way must not meet the files of a new partition of this name.
  const MutexLock files(files_mutex_);
  const MutexLock lock(mutex_);
  closed_ = true;
}

}  // namespace millrace::storage
