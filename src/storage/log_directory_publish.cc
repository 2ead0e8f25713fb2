// What a data directory tells other processes, and when.
#include <string>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "storage/log_directory.h"

namespace millrace::storage {

/// Who reads in other processes must not keep a broker from its work: where they cannot be told, it
/// goes on without.
void LogDirectory::open_published() {
  auto opened = PublishedFile::open(fs_, options_.path);
  if (opened) {
    published_ = *std::move(opened);
    return;
  }
  const std::string told =
      cat(opened.error().message(), "; other processes cannot read ", options_.path);
  if (opened.error().is(std::errc::operation_not_supported)) {
    log::info(told);
  } else {
    log::warn(told);
  }
}

/// All that is in the log may be read, as long as nobody says otherwise.
void LogDirectory::publish(PartitionLog& log) {
  if (!published_ || log.config().in_memory || log.topic_id().is_zero()) return;
  auto claimed = published_->claim(log.topic_id(), log.name().partition);
  if (!claimed) {
    log::warn(claimed.error().message(), "; other processes cannot read ", log.name());
    return;
  }
  log.set_publisher(*std::move(claimed));
  const Offset end = log.log_end_offset();
  log.publish_readable({.high_watermark = end, .last_stable_offset = log.last_stable_offset(end)});
}

/// Whatever was held back for a sync is durable now.
void LogDirectory::publish_end() {
  if (!published_) return;
  for (const auto& log : partitions()) {
    if (!log->closed_cleanly()) continue;
    const Offset end = log->log_end_offset();
    log->publish_readable(
        {.high_watermark = end, .last_stable_offset = log->last_stable_offset(end)});
  }
  if (auto synced = published_->sync(); !synced) log::warn(synced.error().message());
}

}  // namespace millrace::storage
