#include "handlers/turns.h"

#include <utility>

namespace millrace::handlers {

void Turns::take(std::function<void()> work) {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(is_taken_, true)) {
      waiting_.push_back(std::move(work));
      return;
    }
  }
  work();
}

void Turns::end() {
  std::function<void()> next;
  {
    const MutexLock lock(mutex_);
    is_taken_ = !waiting_.empty();
    if (!is_taken_) return;
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next();
}

}  // namespace millrace::handlers
