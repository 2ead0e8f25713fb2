#include "embed/local_driver.h"

#include <utility>

#include "base/assert.h"

namespace millrace::embed {

void LocalDriver::post(Work work) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(work));
    if (std::exchange(running_, true)) return;
  }
  const auto self = shared_from_this();  // the work may let go of the driver
  for (;;) {
    Work next;
    {
      const MutexLock lock(mutex_);
      if (waiting_.empty()) {
        running_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    run(this, next);
  }
}

TimerId LocalDriver::schedule(SteadyTime deadline, Work work) {
  return timers_->schedule(deadline, [weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock()) self->post(work);
  });
}

bool LocalDriver::wait(client::Event& event, SteadyTime deadline) {
  MILL_ASSERT(!inside(), "a piece of work waits for itself");
  if (!drive_) return block(event, deadline);
  while (!is_set(event)) {
    if (!drive_()) return is_set(event);
  }
  return true;
}

}  // namespace millrace::embed
