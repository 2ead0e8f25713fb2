// The memory that all requests together may take.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/mutex.h"

namespace millrace::net {

/// Counts the bytes of request frames, half-received ones included. Buffers charge what they
/// allocate and release it when the last user lets go; connections ask `exhausted` before they read
/// more. A read under way may overshoot by its own step.
///
/// Were every byte held by half-received frames, nobody could finish: therefore one connection at a
/// time may have the overdraft and read its frame to the end.
///
/// Safe from any thread.
class RequestBudget {
 public:
  explicit RequestBudget(int64_t bytes_max) : bytes_max_(bytes_max) {}
  RequestBudget(const RequestBudget&) = delete;
  RequestBudget& operator=(const RequestBudget&) = delete;

  void charge(int64_t bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void release(int64_t bytes);

  bool exhausted() const { return used_.load(std::memory_order_relaxed) >= bytes_max_; }
  int64_t used() const { return used_.load(std::memory_order_relaxed); }

  /// `resume` is called once, on any thread and under the lock, when reading may be tried again:
  /// the budget has room, or, for one who `wants_overdraft`, that is free.
  void wait(bool wants_overdraft, std::function<void()> resume);

  /// The event loops are about to go: nobody is resumed any more.
  void forget_waiting();

  /// True if the caller now has the overdraft; it gives it back when its frame is complete or
  /// dropped.
  bool try_overdraft() { return !overdraft_taken_.exchange(true); }
  void return_overdraft();

 private:
  void wake_all();

  const int64_t bytes_max_;
  std::atomic<int64_t> used_ = 0;
  std::atomic<bool> overdraft_taken_ = false;
  std::atomic<bool> anyone_waits_ = false;
  Mutex mutex_{LockRank::request_budget};
  std::vector<std::function<void()>> waiting_ MILL_GUARDED_BY(mutex_);
};

}  // namespace millrace::net
