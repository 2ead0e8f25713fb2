// Deadlines of everything that waits: long polls, joins, sessions, retention.
//
// The layers below net own no thread and never sleep; they leave a callback and a deadline here.
// Whoever drives the broker (a housekeeping thread, or a test with a manual clock) calls run_due.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/mutex.h"
#include "millrace/clock.h"

namespace millrace {

/// Names one scheduled callback; 0 names none.
using TimerId = uint64_t;

/// A queue of callbacks ordered by deadline. Safe from any thread; callbacks run on the thread that
/// calls run_due, with no lock of this class held, and may schedule or cancel.
class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  TimerId schedule(SteadyTime deadline, std::function<void()> callback);

  /// True if the callback was still waiting and will now never run. False if it ran, runs at this
  /// moment, or was cancelled before.
  bool cancel(TimerId id);

  /// Runs, in order of deadline, every callback whose deadline is not after `now`; answers how
  /// many.
  size_t run_due(SteadyTime now);

  /// The earliest deadline, or nothing.
  std::optional<SteadyTime> next_deadline() const;

  /// `hook` is called, without locks held, whenever a schedule makes the earliest deadline earlier.
  /// Set once, before use.
  void on_earlier_deadline(std::function<void()> hook) { on_earlier_ = std::move(hook); }

 private:
  using Key = std::pair<SteadyTime, TimerId>;

  mutable Mutex mutex_{LockRank::timers};
  std::map<Key, std::function<void()>> waiting_ MILL_GUARDED_BY(mutex_);
  std::unordered_map<TimerId, SteadyTime> deadlines_ MILL_GUARDED_BY(mutex_);
  TimerId last_id_ MILL_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_earlier_;
};

}  // namespace millrace
