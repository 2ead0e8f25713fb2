// GuardedExecutor: a program's executor, from which this broker's work can be taken back.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "millrace/clock.h"
#include "millrace/executor.h"

namespace millrace::embed {

/// Safe from any thread.
class GuardedExecutor {
 public:
  using Work = std::function<void()>;

  explicit GuardedExecutor(Executor& executor);
  ~GuardedExecutor() { stop(); }
  GuardedExecutor(const GuardedExecutor&) = delete;
  GuardedExecutor& operator=(const GuardedExecutor&) = delete;

  void post(Work work);
  void post_at(SteadyTime when, Work work);
  /// Sleeps on a thread of the executor; false at once when it is to end.
  bool rest(Milliseconds time);
  /// Waits for the work that runs now; none begins afterwards.
  void stop();

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    size_t running = 0;
    bool stopping = false;
  };
  /// The work as the executor gets it, which may outlive this.
  Work guarded(Work work) const;

  Executor& executor_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace millrace::embed
