// Driver: where the work of a client runs, one piece at a time, and how programs wait for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "base/timers.h"
#include "millrace/clock.h"

namespace millrace::client {

/// Set once, by the driver's work; a program's thread waits for it with Driver::wait.
class Event {
 public:
  void set();
  bool is_set() const;

 private:
  friend class Driver;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

/// Any thread may call. The network's driver (NetDriver) has a thread; the in-process one runs work
/// on whatever thread brings it.
class Driver {
 public:
  using Work = std::function<void()>;

  virtual ~Driver() = default;

  /// Runs `work` after all that was posted before; perhaps on this thread and before post returns,
  /// but never inside another piece of work.
  virtual void post(Work work) = 0;
  /// Posts `work` at the deadline.
  virtual TimerId schedule(SteadyTime deadline, Work work) = 0;
  /// As Timers::cancel; false means that the work was posted already, and will run.
  virtual bool cancel(TimerId timer) = 0;
  virtual const Clock& clock() const = 0;

  /// Whether this thread runs a piece of this driver's work now: then it must not wait.
  bool inside() const;
  /// Blocks a program's thread until the event is set (true) or the deadline is over. Must not be
  /// called inside.
  virtual bool wait(Event& event, SteadyTime deadline);

  SteadyTime now() const { return clock().steady_now(); }
  /// `limit` from now; far away where that has no end.
  SteadyTime deadline_in(Milliseconds limit) const;

 protected:
  /// Runs one piece as `inside`; the driver may be gone when it returns.
  static void run(const Driver* driver, const Work& work);
  /// What wait() does once it has to: blocks on the event.
  static bool block(Event& event, SteadyTime deadline);
  static bool is_set(Event& event) { return event.is_set(); }
};

}  // namespace millrace::client
