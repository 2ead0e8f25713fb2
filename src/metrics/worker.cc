#include "metrics/worker.h"

#include <utility>

#include "base/named_thread.h"

namespace millrace::metrics {

Worker::Worker(const char* name) : thread_(named_thread(name, [this] { run(); })) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool Worker::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() == kWaitingMax) return false;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void Worker::run() {
  for (auto work = next(); work; work = next()) work();
}

Worker::Work Worker::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
  if (ending_) return nullptr;
  Work work = std::move(waiting_.front());
  waiting_.pop_front();
  return work;
}

}  // namespace millrace::metrics
