#include "cli/log_files.h"

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "storage/checkpoints.h"
#include "storage/leader_epochs.h"
#include "storage/producer_snapshot.h"
#include "storage/topic_partition.h"

namespace millrace::server {
namespace {

/// Deeper than any log directory is.
constexpr int kDepthMax = 3;

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_checkpoint(std::string_view name) {
  return name == storage::kLeaderEpochs || name == storage::kPartitionMetadata ||
         name == storage::kRecoveryPoints || name == storage::kLogStarts ||
         name == "replication-offset-checkpoint" || name == "cleaner-offset-checkpoint";
}

bool is_known(std::string_view name) {
  return is_checkpoint(name) || name.ends_with(".log") || name.ends_with(".index") ||
         name.ends_with(".timeindex") || name.ends_with(".snapshot");
}

/// Kafka's cluster metadata has segments of the same format but snapshots of another one.
bool is_metadata_snapshot(std::string_view path) {
  const auto name = file_name(path);
  return name.ends_with(".checkpoint") || name.find('-') != std::string_view::npos;
}

Result<void> collect(io::FileSystem& fs, const std::string& directory, int depth,
                     std::vector<std::string>& files) {
  MILL_TRY(const auto entries, fs.list(directory));
  for (const auto& entry : entries) {
    const auto path = io::join(directory, entry.name);
    if (entry.is_directory) {
      // What is being deleted is nobody's log any more.
      if (storage::is_deleted_directory_name(entry.name)) continue;
      if (depth < kDepthMax) MILL_CHECK(collect(fs, path, depth + 1, files));
    } else if (is_known(entry.name)) {
      files.push_back(path);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> log_files(io::FileSystem& fs, const std::string& path) {
  std::vector<std::string> files;
  auto listed = collect(fs, path, 0, files);
  if (!listed) {
    if (listed.error().code().value() != ENOTDIR) return std::move(listed).error();
    files.push_back(path);
  }
  std::ranges::sort(files);
  return files;
}

Result<void> visit_file(io::FileSystem& fs, const std::string& path, const LogVisitor& visitor) {
  const auto name = file_name(path);
  visitor.print(cat("file ", path));
  if (name.ends_with(".log")) return visit_log(fs, path, visitor);
  if (name.ends_with(".index")) return visit_offset_index(fs, path, visitor);
  if (name.ends_with(".timeindex")) return visit_time_index(fs, path, visitor);
  if (name.ends_with(".snapshot") && !is_metadata_snapshot(path)) {
    return visit_snapshot(fs, path, visitor);
  }
  if (is_checkpoint(name)) return visit_checkpoint(fs, path, visitor);
  return Error(std::make_error_code(std::errc::invalid_argument),
               cat(path,
                   " is no file of a log; known are .log, .index, .timeindex, .snapshot and "
                   "the checkpoints"));
}

Result<void> visit_snapshot(io::FileSystem& fs, const std::string& path,
                            const LogVisitor& visitor) {
  auto state = storage::read_snapshot_file(fs, path);
  if (!state) {
    if (state.error().code().category() == std::generic_category()) {
      return std::move(state).error();
    }
    visitor.damage(cat(path, ": ", state.error().message()));
    return {};
  }
  for (const auto& producer : state->entries()) {
    std::string line = cat("producer id ", producer.producer_id, "  epoch ", producer.epoch,
                           "  last timestamp ", producer.last_timestamp);
    if (producer.current_txn_first_offset.value() >= 0) {
      line += cat("  open transaction from ", producer.current_txn_first_offset);
    }
    for (size_t i = 0; i < producer.window_size; ++i) {
      const auto& batch = producer.window[i];
      line += cat("  [sequence ", batch.last_sequence, " at offset ", batch.last_offset, ']');
    }
    visitor.print(line);
  }
  return {};
}

Result<void> visit_checkpoint(io::FileSystem& fs, const std::string& path,
                              const LogVisitor& visitor) {
  const auto name = file_name(path);
  const auto damaged = [&](const Error& error) {
    visitor.damage(cat(path, ": ", error.message()));
    return Result<void>();
  };
  if (name == storage::kLeaderEpochs) {
    const auto epochs = storage::LeaderEpochs::read(fs, path);
    if (!epochs) return damaged(epochs.error());
    for (const auto& entry : epochs->entries()) {
      visitor.print(cat("leader epoch ", entry.epoch, "  from offset ", entry.start_offset));
    }
  } else if (name == storage::kPartitionMetadata) {
    const auto id = storage::read_partition_metadata(fs, path);
    if (!id) return damaged(id.error());
    visitor.print(cat("topic id ", id->to_string()));
  } else {
    const auto offsets = storage::read_offset_checkpoint(fs, path);
    if (!offsets) return damaged(offsets.error());
    for (const auto& [partition, offset] : *offsets) {
      visitor.print(cat(partition, "  offset ", offset));
    }
  }
  return {};
}

}  // namespace millrace::server
