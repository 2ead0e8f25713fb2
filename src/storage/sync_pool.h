// SyncPool: group commit. Whoever waits for durability leaves a callback; one fdatasync answers all
// that came before it began.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/strong.h"
#include "millrace/result.h"
#include "obs/counter.h"
#include "obs/histogram.h"

namespace millrace::storage {

class PartitionLog;

/// Called once, without locks held. Success: everything below the answered offset is durable, and
/// that is at least the log end at the time of the request. An error is final for the log.
using SyncCallback = std::function<void(Result<Offset>)>;

struct SyncMetrics {
  /// Rounds that made something durable.
  obs::Histogram rounds;
  /// Requests that those answered.
  obs::Counter answered;
  /// Rounds that failed.
  obs::Counter failed;
};

/// Safe from any thread. The callbacks of one log run in the order of their requests, one at a
/// time; those of different logs may run at once. While a log syncs, later requests gather and
/// share the next round.
class SyncPool {
 public:
  /// Runs work once, soon, on some other thread.
  using RunLater = std::function<void(std::function<void()>)>;

  /// With `threads` 0 what is queued is run by `run_later`; without that nothing runs by itself:
  /// the owner calls run_pending(), as tests do.
  explicit SyncPool(size_t threads, RunLater run_later = nullptr);
  /// Runs what is queued, then stops.
  ~SyncPool();
  SyncPool(const SyncPool&) = delete;
  SyncPool& operator=(const SyncPool&) = delete;

  void request_sync(std::shared_ptr<PartitionLog> log, SyncCallback callback);
  /// One answer when all the logs are synced; the first error where one fails.
  void request_sync_of_all(std::span<const std::shared_ptr<PartitionLog>> logs,
                           std::function<void(Result<void>)> callback);

  /// Runs queued rounds on this thread until none is left; answers how many.
  size_t run_pending();
  /// Waits until everything requested before the call was answered.
  void drain();

  const SyncMetrics& metrics() const { return metrics_; }

 private:
  struct Lane {
    std::shared_ptr<PartitionLog> log;
    std::vector<SyncCallback> waiting;
    bool queued = false;
    bool running = false;
  };

  Result<Offset> sync(PartitionLog& log, size_t waiting);
  bool run_one(std::unique_lock<std::mutex>& lock);
  void work();

  // A plain mutex and not base/Mutex because threads wait on it; it is never held while a log,
  // a file or a callback is entered.
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::unordered_map<PartitionLog*, Lane> lanes_;
  std::deque<PartitionLog*> queue_;
  size_t running_ = 0;
  bool stopping_ = false;
  const RunLater run_later_;
  SyncMetrics metrics_;
  std::vector<std::thread> threads_;
};

}  // namespace millrace::storage
