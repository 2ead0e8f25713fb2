#include "embed/guarded_executor.h"

#include <utility>

namespace millrace::embed {

GuardedExecutor::GuardedExecutor(Executor& executor) : executor_(executor) {}

GuardedExecutor::Work GuardedExecutor::guarded(Work work) const {
  return [state = state_, work = std::move(work)] {
    {
      const std::lock_guard lock(state->mutex);
      if (state->stopping) return;
      ++state->running;
    }
    work();
    const std::lock_guard lock(state->mutex);
    --state->running;
    state->changed.notify_all();
  };
}

void GuardedExecutor::post(Work work) { executor_.post(guarded(std::move(work))); }

void GuardedExecutor::post_at(SteadyTime when, Work work) {
  executor_.post_at(when, guarded(std::move(work)));
}

bool GuardedExecutor::rest(Milliseconds time) {
  std::unique_lock lock(state_->mutex);
  return !state_->changed.wait_for(lock, time, [this] { return state_->stopping; });
}

void GuardedExecutor::stop() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
  state_->changed.wait(lock, [this] { return state_->running == 0; });
}

}  // namespace millrace::embed
