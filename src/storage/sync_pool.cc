#include "storage/sync_pool.h"

#include <chrono>
#include <utility>

#include "base/named_thread.h"
#include "storage/partition_log.h"

namespace millrace::storage {

SyncPool::SyncPool(size_t threads, RunLater run_later) : run_later_(std::move(run_later)) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.push_back(named_thread("mill-sync", [this] { work(); }));
  }
}

SyncPool::~SyncPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  run_pending();
}

void SyncPool::request_sync(std::shared_ptr<PartitionLog> log, SyncCallback callback) {
  {
    const std::lock_guard lock(mutex_);
    PartitionLog* const key = log.get();
    Lane& lane = lanes_[key];
    lane.log = std::move(log);
    lane.waiting.push_back(std::move(callback));
    // A lane that runs puts itself back in the queue afterwards.
    if (lane.queued || lane.running) return;
    lane.queued = true;
    queue_.push_back(key);
  }
  work_.notify_one();
  if (run_later_) run_later_([this] { run_pending(); });
}

void SyncPool::request_sync_of_all(std::span<const std::shared_ptr<PartitionLog>> logs,
                                   std::function<void(Result<void>)> callback) {
  struct Round {
    std::mutex mutex;
    size_t missing = 0;
    Result<void> outcome;
    std::function<void(Result<void>)> callback;
  };
  if (logs.empty()) return callback({});
  auto round = std::make_shared<Round>();
  round->missing = logs.size();
  round->callback = std::move(callback);
  for (const auto& log : logs) {
    request_sync(log, [round](const Result<Offset>& synced) {
      {
        const std::lock_guard lock(round->mutex);
        if (!synced && round->outcome) round->outcome = synced.error();
        if (--round->missing > 0) return;
      }
      round->callback(round->outcome);
    });
  }
}

Result<Offset> SyncPool::sync(PartitionLog& log, size_t waiting) {
  const Offset before = log.synced_offset();
  const auto began = std::chrono::steady_clock::now();
  auto synced = log.sync();
  if (!synced) {
    metrics_.failed.add();
  } else if (*synced > before) {
    metrics_.rounds.record(std::chrono::steady_clock::now() - began);
    metrics_.answered.add(static_cast<int64_t>(waiting));
  }
  return synced;
}

bool SyncPool::run_one(std::unique_lock<std::mutex>& lock) {
  if (queue_.empty()) return false;
  PartitionLog* const key = queue_.front();
  queue_.pop_front();
  Lane& lane = lanes_.at(key);  // references stay valid while others are inserted
  lane.queued = false;
  lane.running = true;
  const auto callbacks = std::exchange(lane.waiting, {});
  const auto log = lane.log;
  ++running_;
  lock.unlock();
  const Result<Offset> synced = sync(*log, callbacks.size());
  for (const SyncCallback& callback : callbacks) callback(synced);
  lock.lock();
  --running_;
  lane.running = false;
  if (lane.waiting.empty()) {
    lanes_.erase(key);
  } else {
    lane.queued = true;
    queue_.push_back(key);
    work_.notify_one();
  }
  if (queue_.empty() && running_ == 0) idle_.notify_all();
  return true;
}

void SyncPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (!run_one(lock) && stopping_) return;
  }
}

size_t SyncPool::run_pending() {
  std::unique_lock lock(mutex_);
  size_t rounds = 0;
  while (run_one(lock)) ++rounds;
  return rounds;
}

void SyncPool::drain() {
  if (threads_.empty()) run_pending();
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

}  // namespace millrace::storage
