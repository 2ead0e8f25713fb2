#include "net/request_budget.h"

#include <utility>

namespace millrace::net {

void RequestBudget::release(int64_t bytes) {
  used_.fetch_sub(bytes);
  if (anyone_waits_.load() && !exhausted()) wake_all();
}

void RequestBudget::wait(bool wants_overdraft, std::function<void()> resume) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(resume));
    anyone_waits_ = true;
  }
  // What was released between the caller's check and the line above woke nobody.
  if (!exhausted() || (wants_overdraft && !overdraft_taken_.load())) wake_all();
}

void RequestBudget::return_overdraft() {
  overdraft_taken_ = false;
  if (anyone_waits_.load()) wake_all();
}

void RequestBudget::forget_waiting() {
  const MutexLock lock(mutex_);
  anyone_waits_ = false;
  waiting_.clear();
}

void RequestBudget::wake_all() {
  const MutexLock lock(mutex_);
  anyone_waits_ = false;
  for (const auto& resume : waiting_) resume();
  waiting_.clear();
}

}  // namespace millrace::net
