#include "storage/log_directory.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "io/memory_file_system.h"
#include "storage/checkpoints.h"

namespace millrace::storage {
namespace {

constexpr std::string_view kCleanEndContents = R"({"version":0,"brokerEpoch":-1})";

/// The directory that holds `path`'s name.
std::string parent_of(const std::string& path) {
  const size_t slash = path.find_last_not_of('/') == std::string::npos
                           ? std::string::npos
                           : path.rfind('/', path.find_last_not_of('/'));
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A checkpoint is believed if it can be read; what it would have saved is then found out anew.
OffsetsByPartition read_or_warn(io::FileSystem& fs, const std::string& path) {
  auto offsets = read_offset_checkpoint(fs, path);
  if (offsets) return *std::move(offsets);
  log::warn(offsets.error().message(), "; it is not used");
  return {};
}

}  // namespace

LogDirectory::LogDirectory(io::FileSystem& fs, const Clock& clock, Options options)
    : fs_(fs),
      clock_(clock),
      options_(std::move(options)),
      memory_(std::make_unique<io::MemoryFileSystem>()) {}

LogDirectory::~LogDirectory() = default;

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(io::FileSystem& fs, const Clock& clock,
                                                         Options options) {
  std::unique_ptr<LogDirectory> directory(new LogDirectory(fs, clock, std::move(options)));
  const std::string& path = directory->path();
  MILL_CHECK(fs.create_directories(path));
  MILL_CHECK(fs.sync_directory(parent_of(path)));
  MILL_TRY(directory->lock_, fs.lock(io::join(path, kLockFile)));
  MILL_CHECK(directory->read_meta_properties());
  return directory;
}

Result<void> LogDirectory::read_meta_properties() {
  const std::string path = io::join(options_.path, kMetaProperties);
  MILL_TRY(auto values, read_properties(fs_, path));
  cluster_id_ = values["cluster.id"];
  if (!cluster_id_.empty()) return {};
  cluster_id_ = Uuid::random().to_string();
  values["version"] = "1";
  values["node.id"] = cat(options_.node_id);
  values["cluster.id"] = cluster_id_;
  values["directory.id"] = Uuid::random().to_string();
  return write_properties(fs_, path, values);
}

Result<void> LogDirectory::load(const std::function<LogConfig(const TopicPartition&)>& config_of) {
  open_published();
  const std::string clean_end = io::join(options_.path, kCleanEnd);
  MILL_TRY(report_.clean, fs_.exists(clean_end));
  recovery_points_ = read_or_warn(fs_, io::join(options_.path, kRecoveryPoints));
  log_starts_ = read_or_warn(fs_, io::join(options_.path, kLogStarts));
  auto cleaner_offsets = read_or_warn(fs_, io::join(options_.path, kCleanerOffsets));
  const auto offset_of = [](const OffsetsByPartition& offsets, const TopicPartition& name) {
    const auto found = offsets.find(name);
    return found == offsets.end() ? Offset(0) : found->second;
  };

  std::vector<PartitionLog::OpenOptions> found;
  MILL_TRY(const auto entries, fs_.list(options_.path));
  for (const io::DirectoryEntry& entry : entries) {
    if (!entry.is_directory) continue;
    const std::string path = io::join(options_.path, entry.name);
    if (is_deleted_directory_name(entry.name)) {
      MILL_CHECK(fs_.remove_all(path));
    } else if (const auto name = parse_directory_name(entry.name);
               name && name->topic != kClusterMetadataTopic) {
      found.push_back({.directory = path,
                       .name = *name,
                       .config = config_of(*name),
                       .clean = report_.clean,
                       .recovery_point = offset_of(recovery_points_, *name),
                       .log_start_offset = offset_of(log_starts_, *name)});
    }
  }
  std::erase_if(cleaner_offsets, [&](const auto& entry) {
    return std::ranges::none_of(found, [&](const auto& log) { return log.name == entry.first; });
  });
  {
    const MutexLock lock(mutex_);
    cleaner_offsets_ = std::move(cleaner_offsets);
  }
  MILL_CHECK(load_all(std::move(found)));
  for (const PartitionFailure& failure : report_.failed) {
    failed_recovery_points_[failure.partition] = offset_of(recovery_points_, failure.partition);
    failed_log_starts_[failure.partition] = offset_of(log_starts_, failure.partition);
  }
  if (report_.clean) {
    // Only now: a start that fails half-way has not spoilt the clean end. Nothing has been
    // appended yet.
    MILL_CHECK(fs_.remove(clean_end));
    MILL_CHECK(fs_.sync_directory(options_.path));
  } else if (auto written = write_recovery_points(); !written) {
    // A next unclean start would only look again at what was looked at now.
    log::warn(written.error().to_string());
  }
  if (!published_) return {};
  if (auto begun = published_->begin_serving(); !begun) {
    log::warn(begun.error().message());
  }
  return {};
}

Result<void> LogDirectory::load_all(std::vector<PartitionLog::OpenOptions> found) {
  std::atomic<size_t> next = 0;
  std::mutex report_mutex;
  const auto load_some = [&] {
    for (size_t i = next++; i < found.size(); i = next++) {
      PartitionRecovery recovery;
      auto log = PartitionLog::open(fs_, clock_, found[i], recovery);
      if (log) {
        publish(**log);
        const MutexLock lock(mutex_);
        logs_[found[i].name] = *log;
      }
      const std::lock_guard lock(report_mutex);
      if (log) {
        report_.partitions.push_back(std::move(recovery));
      } else {
        report_.failed.push_back({found[i].name, log.error()});
      }
    }
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < std::min(options_.recovery_threads, found.size()); ++i) {
    helpers.emplace_back(load_some);
  }
  load_some();
  for (std::thread& helper : helpers) helper.join();
  return {};
}

std::shared_ptr<PartitionLog> LogDirectory::find(const TopicPartition& name) const {
  const MutexLock lock(mutex_);
  const auto found = logs_.find(name);
  return found == logs_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<PartitionLog>> LogDirectory::partitions() const {
  const MutexLock lock(mutex_);
  std::vector<std::shared_ptr<PartitionLog>> logs;
  for (const auto& [name, log] : logs_) logs.push_back(log);
  return logs;
}

Result<std::shared_ptr<PartitionLog>> LogDirectory::create(const TopicPartition& name,
                                                           const Uuid& topic_id,
                                                           const LogConfig& config) {
  const std::lock_guard admin(admin_);
  if (auto existing = find(name)) {
    if (existing->topic_id().is_zero()) {
      MILL_CHECK(existing->set_topic_id(topic_id));
      publish(*existing);
    }
    if (existing->topic_id() == topic_id) return existing;
    return kafka_error(ErrorCode::inconsistent_topic_id,
                       cat(existing->directory(), " belongs to another topic of the same name, id ",
                           existing->topic_id().to_string(), "; move it away"));
  }
  if (failed_recovery_points_.contains(name)) {
    return kafka_error(ErrorCode::kafka_storage_error,
                       cat(name, " could not be opened; mend or delete it first"));
  }
  MILL_CHECK(forget_namesake(name));
  io::FileSystem& fs = config.in_memory ? *memory_ : fs_;
  const PartitionLog::OpenOptions options{
      .directory = io::join(options_.path, directory_name(name)),
      .name = name,
      .config = config,
      .clean = true,
      .recovery_point = Offset(0),
      .log_start_offset = Offset(0)};
  MILL_TRY(auto log, PartitionLog::create(fs, clock_, options, topic_id));
  MILL_CHECK(fs.sync_directory(options_.path));
  publish(*log);
  const MutexLock lock(mutex_);
  logs_[name] = log;
  return log;
}

/// The checkpoints may still speak of a deleted partition of the same name.
Result<void> LogDirectory::forget_namesake(const TopicPartition& name) {
  if (recovery_points_.contains(name)) MILL_CHECK(write_recovery_points());
  if (log_starts_.contains(name)) MILL_CHECK(write_log_starts());
  {
    const MutexLock lock(mutex_);
    if (cleaner_offsets_.erase(name) == 0) return {};
  }
  return write_cleaner_offsets();
}

Result<void> LogDirectory::remove(const TopicPartition& name) {
  const std::lock_guard admin(admin_);
  const auto log = find(name);
  if (!log && !failed_recovery_points_.contains(name)) {
    return kafka_error(ErrorCode::unknown_topic_or_partition, cat("there is no ", name));
  }
  io::FileSystem& fs = log && log->config().in_memory ? *memory_ : fs_;
  const std::string deleted = io::join(options_.path, deleted_directory_name(name));
  MILL_CHECK(fs.rename(io::join(options_.path, directory_name(name)), deleted));
  if (log) {
    log->abandon();
    if (log->publisher()) published_->withdraw(log->topic_id(), name.partition);
  }
  failed_recovery_points_.erase(name);
  failed_log_starts_.erase(name);
  {
    // The file still speaks of it, until the next round or a partition of that name.
    const MutexLock lock(mutex_);
    logs_.erase(name);
  }
  MILL_CHECK(fs.sync_directory(options_.path));
  // From here on it is gone; the next start removes what stays behind.
  if (auto removed = fs.remove_all(deleted); !removed) log::warn(removed.error().to_string());
  return {};
}

Result<Offset> LogDirectory::delete_records(const TopicPartition& name, Offset offset) {
  const std::lock_guard admin(admin_);
  const auto log = find(name);
  if (!log) {
    return kafka_error(ErrorCode::unknown_topic_or_partition, cat("there is no ", name));
  }
  MILL_TRY(const Offset start, log->delete_records(offset));
  MILL_CHECK(write_log_starts());
  return start;
}

Offset LogDirectory::cleaned_up_to(const TopicPartition& name) const {
  const MutexLock lock(mutex_);
  const auto found = cleaner_offsets_.find(name);
  return found == cleaner_offsets_.end() ? Offset(0) : found->second;
}

Result<void> LogDirectory::note_cleaned(const TopicPartition& name, Offset up_to) {
  const std::lock_guard admin(admin_);
  {
    const MutexLock lock(mutex_);
    // It may have been deleted while it was cleaned.
    if (!logs_.contains(name)) return {};
    cleaner_offsets_[name] = up_to;
  }
  return write_cleaner_offsets();
}

Result<void> LogDirectory::write_cleaner_offsets() {
  OffsetsByPartition offsets;
  {
    const MutexLock lock(mutex_);
    offsets = cleaner_offsets_;
  }
  std::erase_if(offsets, [&](const auto& entry) {
    const auto log = find(entry.first);
    return log && log->config().in_memory;
  });
  return write_offset_checkpoint(fs_, io::join(options_.path, kCleanerOffsets), offsets);
}

Result<void> LogDirectory::checkpoint() {
  const std::lock_guard admin(admin_);
  MILL_CHECK(write_recovery_points());
  return write_log_starts();
}

Result<void> LogDirectory::write_recovery_points() {
  OffsetsByPartition offsets = failed_recovery_points_;
  for (const auto& log : partitions()) {
    if (!log->config().in_memory) offsets[log->name()] = log->synced_offset();
  }
  MILL_CHECK(write_offset_checkpoint(fs_, io::join(options_.path, kRecoveryPoints), offsets));
  recovery_points_ = std::move(offsets);
  return {};
}

Result<void> LogDirectory::write_log_starts() {
  OffsetsByPartition offsets = failed_log_starts_;
  for (const auto& log : partitions()) {
    if (!log->config().in_memory && log->log_start_offset() > Offset(0)) {
      offsets[log->name()] = log->log_start_offset();
    }
  }
  MILL_CHECK(write_offset_checkpoint(fs_, io::join(options_.path, kLogStarts), offsets));
  log_starts_ = std::move(offsets);
  return {};
}

Result<void> LogDirectory::close() {
  const std::lock_guard admin(admin_);
  bool all_clean = true;
  Result<void> outcome;
  for (const auto& log : partitions()) {
    auto closed = log->close();
    if (!closed && outcome) outcome = std::move(closed);
    all_clean = all_clean && log->closed_cleanly();
  }
  MILL_CHECK(write_recovery_points());
  MILL_CHECK(write_log_starts());
  publish_end();
  if (all_clean && failed_recovery_points_.empty()) {
    MILL_CHECK(
        io::replace_file(fs_, io::join(options_.path, kCleanEnd), as_bytes(kCleanEndContents)));
  }
  lock_.reset();
  return outcome;
}

}  // namespace millrace::storage
