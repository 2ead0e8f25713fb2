// An executor as a program might have one.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "millrace/clock.h"
#include "millrace/executor.h"

namespace millrace::embed {

/// One thread.
class OneThread final : public Executor {
 public:
  OneThread() : thread_([this] { run(); }) {}
  ~OneThread() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void post(std::function<void()> work) override { post_at(SteadyTime::min(), std::move(work)); }
  void post_at(SteadyTime when, std::function<void()> work) override {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace(when, std::move(work));
    }
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
      const auto due = waiting_.begin();
      if (due == waiting_.end()) {
        changed_.wait(lock);
      } else if (const auto when = due->first; when > std::chrono::steady_clock::now()) {
        changed_.wait_until(lock, when);
      } else {
        const auto work = std::move(due->second);
        waiting_.erase(due);
        lock.unlock();
        work();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<SteadyTime, std::function<void()>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace millrace::embed
