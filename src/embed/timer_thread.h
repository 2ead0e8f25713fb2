// TimerThread: runs Timers when they are due.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/timers.h"
#include "millrace/clock.h"

namespace millrace::embed {

/// Sleeps until the next deadline, nothing else wakes it. Started by the constructor.
class TimerThread {
 public:
  TimerThread(Timers& timers, const Clock& clock);
  ~TimerThread() { stop(); }
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;

  /// Waits for the callback that runs now; no other runs afterwards.
  void stop();

 private:
  void run();

  Timers& timers_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool earlier_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::embed
