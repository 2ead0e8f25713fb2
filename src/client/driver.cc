#include "client/driver.h"

#include <utility>

#include "base/assert.h"
#include "base/deadline.h"

namespace millrace::client {

namespace {
thread_local const Driver* running = nullptr;
}  // namespace

void Event::set() {
  const std::lock_guard lock(mutex_);
  set_ = true;
  // Under the lock: whoever waits may destroy the event as soon as it sees it set.
  changed_.notify_all();
}

bool Event::is_set() const {
  const std::lock_guard lock(mutex_);
  return set_;
}

bool Driver::inside() const { return running == this; }

void Driver::run(const Driver* driver, const Work& work) {
  const Driver* const outer = std::exchange(running, driver);
  work();
  running = outer;
}

bool Driver::block(Event& event, SteadyTime deadline) {
  std::unique_lock lock(event.mutex_);
  const auto is_set = [&event] { return event.set_; };
  if (deadline == SteadyTime::max()) {
    event.changed_.wait(lock, is_set);
    return true;
  }
  return event.changed_.wait_until(lock, deadline, is_set);
}

bool Driver::wait(Event& event, SteadyTime deadline) {
  MILL_ASSERT(!inside(), "a piece of work waits for itself");
  return block(event, deadline);
}

SteadyTime Driver::deadline_in(Milliseconds limit) const { return later(now(), limit); }

}  // namespace millrace::client
