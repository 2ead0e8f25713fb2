#include "base/timers.h"

namespace millrace {

TimerId Timers::schedule(SteadyTime deadline, std::function<void()> callback) {
  TimerId id = 0;
  bool earlier = false;
  {
    const MutexLock lock(mutex_);
    id = ++last_id_;
    earlier = waiting_.empty() || deadline < waiting_.begin()->first.first;
    waiting_.emplace(Key{deadline, id}, std::move(callback));
    deadlines_.emplace(id, deadline);
  }
  if (earlier && on_earlier_) on_earlier_();
  return id;
}

bool Timers::cancel(TimerId id) {
  // The callback may own what must not die under the lock; it dies after it.
  std::function<void()> cancelled;
  const MutexLock lock(mutex_);
  const auto found = deadlines_.find(id);
  if (found == deadlines_.end()) return false;
  const auto entry = waiting_.find(Key{found->second, id});
  cancelled = std::move(entry->second);
  waiting_.erase(entry);
  deadlines_.erase(found);
  return true;
}

size_t Timers::run_due(SteadyTime now) {
  size_t count = 0;
  for (;; ++count) {
    std::function<void()> due;
    {
      const MutexLock lock(mutex_);
      if (waiting_.empty() || waiting_.begin()->first.first > now) return count;
      due = std::move(waiting_.begin()->second);
      deadlines_.erase(waiting_.begin()->first.second);
      waiting_.erase(waiting_.begin());
    }
    due();
  }
}

std::optional<SteadyTime> Timers::next_deadline() const {
  const MutexLock lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first.first;
}

}  // namespace millrace
