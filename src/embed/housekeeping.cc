#include "embed/housekeeping.h"

#include <mutex>
#include <set>
#include <utility>

#include "broker/log_cleaner.h"
#include "embed/cleaner_thread.h"
#include "embed/guarded_executor.h"
#include "embed/timer_thread.h"

namespace millrace::embed {

namespace {

class OnThreads final : public Housekeeping {
 public:
  OnThreads(Timers& timers, const Clock& clock, broker::LogCleaner& cleaner)
      : timer_thread_(timers, clock), cleaner_thread_(cleaner) {}
  ~OnThreads() override { stop(); }

  void stop() override {
    cleaner_thread_.stop();
    timer_thread_.stop();
  }

 private:
  TimerThread timer_thread_;
  CleanerThread cleaner_thread_;
};

class OnExecutor final : public Housekeeping {
 public:
  OnExecutor(GuardedExecutor& executor, Timers& timers, const Clock& clock,
             broker::LogCleaner& cleaner)
      : executor_(executor), timers_(timers), clock_(clock), cleaner_(cleaner) {
    timers_.on_earlier_deadline([this] { expect_next(); });
    expect_next();
    executor_.post([this] { clean(); });
  }
  ~OnExecutor() override { stop(); }

  void stop() override {
    executor_.stop();
    timers_.on_earlier_deadline(nullptr);
  }

 private:
  /// Has the executor call at the earliest deadline. A call that was ordered for a later one comes
  /// all the same, and finds nothing to do.
  void expect_next() {
    const auto next = timers_.next_deadline();
    if (!next) return;
    {
      const std::lock_guard lock(mutex_);
      if (!ordered_.empty() && *ordered_.begin() <= *next) return;
      ordered_.insert(*next);
    }
    executor_.post_at(*next, [this, at = *next] { run_due(at); });
  }

  void run_due(SteadyTime ordered_at) {
    {
      const std::lock_guard lock(mutex_);
      ordered_.erase(ordered_at);
      // Whoever is at it looks once more.
      if (std::exchange(running_, true)) {
        missed_ = true;
        return;
      }
    }
    for (;;) {
      timers_.run_due(clock_.steady_now());
      const std::lock_guard lock(mutex_);
      if (std::exchange(missed_, false)) continue;
      running_ = false;
      break;
    }
    expect_next();
  }

  void clean() {
    const bool found =
        cleaner_.clean_dirtiest([this](Milliseconds time) { return executor_.rest(time); });
    if (found) {
      executor_.post([this] { clean(); });
    } else {
      executor_.post_at(clock_.steady_now() + cleaner_.backoff(), [this] { clean(); });
    }
  }

  GuardedExecutor& executor_;
  Timers& timers_;
  const Clock& clock_;
  broker::LogCleaner& cleaner_;
  std::mutex mutex_;
  /// When calls of run_due will come.
  std::set<SteadyTime> ordered_;
  bool running_ = false;
  bool missed_ = false;
};

}  // namespace

std::unique_ptr<Housekeeping> housekeep_on_threads(Timers& timers, const Clock& clock,
                                                   broker::LogCleaner& cleaner) {
  return std::make_unique<OnThreads>(timers, clock, cleaner);
}

std::unique_ptr<Housekeeping> housekeep_on(GuardedExecutor& executor, Timers& timers,
                                           const Clock& clock, broker::LogCleaner& cleaner) {
  return std::make_unique<OnExecutor>(executor, timers, clock, cleaner);
}

}  // namespace millrace::embed
