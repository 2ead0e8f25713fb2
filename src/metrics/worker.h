// Worker: a thread for what would hold up the one that serves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace millrace::metrics {

/// Does one piece of work after the other, in the order in which they came. Thread-safe.
class Worker {
 public:
  using Work = std::function<void()>;
  static constexpr size_t kWaitingMax = 8;

  /// `name` as in named_thread.
  explicit Worker(const char* name);
  /// Waits for the piece that is under way; those behind it are dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// False, and not done, where kWaitingMax pieces wait already.
  [[nodiscard]] bool post(Work work);

 private:
  void run();
  /// Nothing at the end.
  Work next();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> waiting_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses all of the others
};

}  // namespace millrace::metrics
