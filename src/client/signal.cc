#include "client/signal.h"

#include "base/assert.h"

namespace millrace::client {

Signal::~Signal() { MILL_ASSERT(waiting_.empty(), "a signal dies before those who wait for it"); }

void Signal::raise() {
  for (Wait* const wait : std::exchange(waiting_, {})) wait->wake(true);
}

void Signal::Wait::await_suspend(std::coroutine_handle<> awaiting) {
  awaiting_ = awaiting;
  signal_.waiting_.push_back(this);
  if (deadline_ == SteadyTime::max()) return;
  timer_ = signal_.driver_.schedule(deadline_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    std::erase(signal_.waiting_, this);
    wake(false);
  });
}

void Signal::Wait::wake(bool raised) {
  alive_.reset();
  if (raised && timer_ != 0) signal_.driver_.cancel(timer_);
  raised_ = raised;
  signal_.driver_.post([awaiting = awaiting_] { awaiting.resume(); });
}

}  // namespace millrace::client
