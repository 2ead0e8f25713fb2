// Syncs: asking for them, and answering those who waited.
#include "base/text.h"
#include "broker/fetch.h"
#include "broker/partition.h"
#include "storage/partition_log.h"
#include "storage/sync_pool.h"

namespace millrace::broker {

void Partition::when_durable(Offset up_to, DurableCallback callback) {
  std::function<void(ErrorCode)> answer = [callback = std::move(callback),
                                           self = shared_from_this()](ErrorCode code) {
    if (code == ErrorCode::none) return callback({});
    callback(kafka_error(code, cat(self->name_, " cannot be made durable")));
  };
  ErrorCode code = ErrorCode::none;
  Afterwards afterwards;
  {
    const MutexLock lock(mutex_);
    code = unusable();
    if (code == ErrorCode::none && config_->durability == Durability::disk) {
      const Offset end = std::min(up_to, log_->log_end_offset());
      if (end > log_->synced_offset()) {
        waiting_.push_back({.end = end, .answer = std::move(answer)});
        answer = nullptr;
        plan_sync(afterwards);
      }
    }
  }
  if (answer) answer(code);
  finish(std::move(afterwards));
}

void Partition::plan_sync(Afterwards& afterwards) {
  if (!waiting_.empty()) {
    if (sync_requested_) return;
    sync_requested_ = true;
    afterwards.request_sync = true;
    return;
  }
  const bool timed = config_->durability != Durability::memory && !timed_sync_scheduled_ &&
                     log_->log_end_offset() > log_->synced_offset();
  if (!timed) return;
  int64_t within = config_->flush_ms;
  if (config_->durability == Durability::flush) within = std::min(within, config_->flush_within_ms);
  // Kafka's default means never.
  constexpr int64_t kNever = int64_t{1} << 50;
  if (within >= kNever) return;
  timed_sync_scheduled_ = true;
  afterwards.sync_within = Milliseconds(within);
}

void Partition::fail_waiting(ErrorCode code, Afterwards& afterwards) {
  for (Waiting& waiting : waiting_) afterwards.answers.push_back(std::move(waiting.answer));
  afterwards.answer_code = code;
  waiting_.clear();
  for (Audience& audience : audiences_) {
    for (auto& waiter : audience.waiters) {
      if (waiter->finish()) afterwards.woken.push_back(std::move(waiter));
    }
    audience.waiters.clear();
  }
}

void Partition::finish(Afterwards afterwards) {
  if (afterwards.request_sync) request_sync();
  if (afterwards.sync_within) schedule_sync(*afterwards.sync_within);
  for (const auto& answer : afterwards.answers) answer(afterwards.answer_code);
  for (const auto& waiter : afterwards.woken) waiter->wake();
}

void Partition::request_sync() {
  sync_pool_->request_sync(log_, [self = shared_from_this()](Result<Offset> synced) {
    self->on_synced(std::move(synced));
  });
  if (sync_inline_) sync_pool_->run_pending();
}

void Partition::schedule_sync(Milliseconds within) {
  timers_.schedule(clock_.steady_now() + within, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_timed_sync();
  });
}

void Partition::on_timed_sync() {
  {
    const MutexLock lock(mutex_);
    timed_sync_scheduled_ = false;
    if (sync_requested_ || unusable() != ErrorCode::none) return;
    if (log_->log_end_offset() <= log_->synced_offset()) return;
    sync_requested_ = true;
  }
  request_sync();
}

void Partition::on_synced(Result<Offset> synced) {
  Afterwards afterwards;
  {
    const MutexLock lock(mutex_);
    sync_requested_ = false;
    if (!synced) {
      // Storage has told the operator why.
      const ErrorCode retired = retired_;
      fail_waiting(retired == ErrorCode::none ? ErrorCode::kafka_storage_error : retired,
                   afterwards);
    } else {
      while (!waiting_.empty() && waiting_.front().end <= *synced) {
        afterwards.answers.push_back(std::move(waiting_.front().answer));
        waiting_.pop_front();
      }
      advance_high_watermark(afterwards);
      publish();
      plan_sync(afterwards);
    }
  }
  finish(std::move(afterwards));
}

}  // namespace millrace::broker
