// The partition's life, its configuration and its housekeeping. Appends, syncs, reads and lookups
// have files of their own.
#include "broker/partition.h"

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/fetch.h"
#include "broker/topic.h"
#include "storage/log_directory.h"
#include "storage/partition_log.h"

namespace millrace::broker {

std::shared_ptr<Partition> Partition::make(Options options) {
  return std::shared_ptr<Partition>(new Partition(std::move(options)));
}

Partition::Partition(Options options)
    : id_(std::move(options.id)),
      name_(cat(id_.topic, "-", id_.partition)),
      log_(std::move(options.log)),
      directory_(options.directory),
      sync_pool_(options.sync_pool),
      sync_inline_(options.sync_inline),
      clock_(*options.clock),
      timers_(*options.timers),
      config_(std::move(options.config)) {
  if (!log_) return;
  high_watermark_ = log_->log_end_offset().value();
  last_stable_offset_ = log_->last_stable_offset(log_->log_end_offset()).value();
}

ErrorCode Partition::unusable() const {
  if (const ErrorCode reason = retired_; reason != ErrorCode::none) return reason;
  if (offline()) return ErrorCode::kafka_storage_error;
  return ErrorCode::none;
}

Result<void> Partition::check_usable() const {
  const ErrorCode code = unusable();
  if (code == ErrorCode::none) return {};
  return kafka_error(code, cat(name_, " is not available"));
}

Result<void> Partition::check_epoch(LeaderEpoch current_leader_epoch) const {
  if (current_leader_epoch == kNoLeaderEpoch) return {};
  const LeaderEpoch ours = leader_epoch();
  if (current_leader_epoch < ours) {
    return kafka_error(ErrorCode::fenced_leader_epoch,
                       cat(name_, " is at leader epoch ", ours, ", not ", current_leader_epoch));
  }
  if (current_leader_epoch > ours) {
    return kafka_error(ErrorCode::unknown_leader_epoch,
                       cat(name_, " is at leader epoch ", ours, ", not ", current_leader_epoch));
  }
  return {};
}

Offset Partition::log_start_offset() const { return log_ ? log_->log_start_offset() : Offset(0); }
Offset Partition::log_end_offset() const { return log_ ? log_->log_end_offset() : Offset(0); }
LeaderEpoch Partition::leader_epoch() const { return log_ ? log_->leader_epoch() : LeaderEpoch(0); }
int64_t Partition::size_bytes() const { return log_ ? log_->size() : 0; }
bool Partition::offline() const { return !log_ || log_->is_offline(); }

std::shared_ptr<const TopicConfig> Partition::config() const {
  const MutexLock lock(mutex_);
  return config_;
}

void Partition::set_config(std::shared_ptr<const TopicConfig> config) {
  if (log_) log_->update_config(config->log);
  Afterwards afterwards;
  {
    const MutexLock lock(mutex_);
    config_ = std::move(config);
    // A new flush.ms counts for what is already written, too.
    if (unusable() == ErrorCode::none) plan_sync(afterwards);
  }
  finish(std::move(afterwards));
}

void Partition::run_retention() {
  if (offline() || !check_usable()) return;
  const auto removed = log_->apply_retention(clock_.wall_ms(), high_watermark());
  if (!removed) {
    log::error("retention of ", name_, ": ", removed.error().to_string());
  } else if (*removed > 0) {
    log::info(name_, ": retention removed ", *removed, " segments, the log starts at ",
              log_start_offset());
    const MutexLock lock(mutex_);
    publish();
  }
}

void Partition::expire_producers() {
  if (!offline()) log_->expire_producers(clock_.wall_ms());
}

Result<Offset> Partition::delete_records(Offset before) {
  MILL_CHECK(check_usable());
  if (is_internal_topic(id_.topic)) {
    return kafka_error(ErrorCode::invalid_topic_exception,
                       cat("Cannot delete records of internal topic ", id_.topic));
  }
  const auto config = this->config();
  if (config->compacted && !config->deleted_by_retention) {
    return kafka_error(
        ErrorCode::policy_violation,
        cat("Records of partition ", name_, " can not be deleted due to the configured policy"));
  }
  const Offset end = high_watermark();
  const Offset target = before == Offset(-1) ? end : before;
  if (target < Offset(0) || target > end) {
    return kafka_error(
        ErrorCode::offset_out_of_range,
        cat("offset ", target, " is not between 0 and the high watermark ", end, " of ", name_));
  }
  const auto start =
      directory_->delete_records({.topic = id_.topic, .partition = id_.partition}, target);
  if (!start && !start.error().kafka_code()) {
    return kafka_error(ErrorCode::kafka_storage_error, start.error().to_string());
  }
  Afterwards afterwards;
  {
    // The start may be inside of a transaction that was open, or behind it.
    const MutexLock lock(mutex_);
    advance_last_stable_offset(afterwards);
    publish();
  }
  finish(std::move(afterwards));
  return start;
}

std::function<void()> Partition::retire(ErrorCode reason) {
  auto afterwards = std::make_shared<Afterwards>();
  {
    const MutexLock lock(mutex_);
    if (retired_ == ErrorCode::none) {
      retired_ = reason;
      fail_waiting(reason, *afterwards);
    }
  }
  return [self = shared_from_this(), afterwards] { self->finish(std::move(*afterwards)); };
}

}  // namespace millrace::broker
