// Gate: the way into a broker for everything in this process that may outlive it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/home_process.h"
#include "handlers/dispatch.h"

namespace millrace::embed {

/// Safe from any thread; who is inside may enter once more.
class Gate {
 public:
  explicit Gate(handlers::Services services) : services_(services) {}
  const HomeProcess& home() const { return home_; }

  /// Calls `visit(services)`, which must not keep them, and answers true; false once it is shut,
  /// and in a child of the broker's process.
  template <class Visit>
  bool enter(Visit visit) {
    if (!begin()) return false;
    const Leaving leaving{*this};
    visit(services_);
    return true;
  }

  /// Lets nobody in any more and waits for all who are inside. Not from inside.
  void shut() {
    std::unique_lock lock(mutex_);
    is_open_ = false;
    left_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  struct Leaving {
    Gate& gate;
    ~Leaving() {
      const std::lock_guard lock(gate.mutex_);
      if (--gate.inside_ == 0 && !gate.is_open_) gate.left_.notify_all();
    }
  };

  bool begin() {
    if (!home_.is_this()) return false;
    const std::lock_guard lock(mutex_);
    if (is_open_) ++inside_;
    return is_open_;
  }

  const HomeProcess home_;
  const handlers::Services services_;
  std::mutex mutex_;
  std::condition_variable left_;
  size_t inside_ = 0;
  bool is_open_ = true;
};

}  // namespace millrace::embed
