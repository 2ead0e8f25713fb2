// A driver on the test's own thread, whose time the waits turn.
#pragma once

#include <deque>
#include <utility>

#include "base/timers.h"
#include "client/driver.h"

namespace millrace::client {

/// One thread. Whoever waits turns the clock to the next deadline, until the event or the end.
class ScriptedDriver final : public Driver {
 public:
  void post(Work work) override {
    waiting_.push_back(std::move(work));
    if (std::exchange(is_running_, true)) return;
    while (!waiting_.empty()) {
      const Work next = std::move(waiting_.front());
      waiting_.pop_front();
      run(this, next);
    }
    is_running_ = false;
  }
  TimerId schedule(SteadyTime deadline, Work work) override {
    return timers_.schedule(deadline, [this, work = std::move(work)] { post(work); });
  }
  bool cancel(TimerId timer) override { return timers_.cancel(timer); }
  const Clock& clock() const override { return clock_; }
  bool wait(Event& event, SteadyTime deadline) override {
    while (!is_set(event)) {
      const auto next = timers_.next_deadline();
      if (!next || *next > deadline) return false;
      turn_to(*next);
    }
    return true;
  }

  /// Turns the clock, stopping at every deadline.
  void pass(Milliseconds time) {
    const SteadyTime end = now() + time;
    for (auto next = timers_.next_deadline(); next && *next <= end;
         next = timers_.next_deadline()) {
      turn_to(*next);
    }
    turn_to(end);
  }

 private:
  void turn_to(SteadyTime time) {
    if (time > now()) clock_.advance(std::chrono::ceil<Milliseconds>(time - now()));
    timers_.run_due(now());
  }

  ManualClock clock_;
  Timers timers_;
  std::deque<Work> waiting_;
  bool is_running_ = false;
};

}  // namespace millrace::client
