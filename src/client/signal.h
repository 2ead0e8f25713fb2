// Signal: where coroutines wait for something to happen, or for a time.
#pragma once

#include <coroutine>
#include <memory>
#include <utility>
#include <vector>

#include "client/driver.h"

namespace millrace::client {

/// Used inside one driver only. Must outlive those who wait; its destructor expects none.
class Signal {
 public:
  explicit Signal(Driver& driver) : driver_(driver) {}
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  /// Wakes all that wait now, before it returns or as soon as the work under way suspends.
  void raise();

  class Wait;
  /// co_await answers true after a raise, false at the deadline.
  Wait wait_until(SteadyTime deadline);

 private:
  Driver& driver_;
  std::vector<Wait*> waiting_;
};

class [[nodiscard]] Signal::Wait {
 public:
  Wait(Signal& signal, SteadyTime deadline) : signal_(signal), deadline_(deadline) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting);
  bool await_resume() const { return raised_; }

 private:
  friend class Signal;
  void wake(bool raised);

  Signal& signal_;
  const SteadyTime deadline_;
  std::coroutine_handle<> awaiting_;
  TimerId timer_ = 0;
  /// Gone once woken: a timer whose cancellation came too late sees that.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  bool raised_ = false;
};

inline Signal::Wait Signal::wait_until(SteadyTime deadline) { return {*this, deadline}; }

}  // namespace millrace::client
