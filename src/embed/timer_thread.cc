#include "embed/timer_thread.h"

#include "base/named_thread.h"

namespace millrace::embed {

TimerThread::TimerThread(Timers& timers, const Clock& clock) : timers_(timers), clock_(clock) {
  timers_.on_earlier_deadline([this] {
    {
      const std::lock_guard lock(mutex_);
      earlier_ = true;
    }
    changed_.notify_one();
  });
  thread_ = named_thread("mill-timer", [this] { run(); });
}

void TimerThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  timers_.on_earlier_deadline(nullptr);
}

void TimerThread::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    earlier_ = false;
    lock.unlock();
    timers_.run_due(clock_.steady_now());
    const auto next = timers_.next_deadline();
    lock.lock();
    const auto woken = [this] { return earlier_ || stopping_; };
    if (next) {
      changed_.wait_until(lock, *next, woken);
    } else {
      changed_.wait(lock, woken);
    }
  }
}

}  // namespace millrace::embed
