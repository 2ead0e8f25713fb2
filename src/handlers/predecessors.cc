#include "handlers/predecessors.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::handlers {

Predecessors::Ticket Predecessors::begin() {
  const MutexLock lock(mutex_);
  under_way_.insert(next_);
  return next_++;
}

void Predecessors::end(Ticket ticket) {
  std::vector<Waiting> ready;
  {
    const MutexLock lock(mutex_);
    under_way_.erase(ticket);
    const Ticket oldest = under_way_.empty() ? next_ : *under_way_.begin();
    const auto still = std::ranges::find_if(
        waiting_, [&](const Waiting& waiting) { return waiting.before > oldest; });
    ready.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(still));
    waiting_.erase(waiting_.begin(), still);
  }
  for (const Waiting& waiting : ready) waiting.work();
}

void Predecessors::run_after(std::function<void()> work) {
  {
    const MutexLock lock(mutex_);
    if (!under_way_.empty()) {
      waiting_.push_back({.before = next_, .work = std::move(work)});
      return;
    }
  }
  work();
}

}  // namespace millrace::handlers
