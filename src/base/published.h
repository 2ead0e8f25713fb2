// Published: what many read while somebody replaces it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace millrace {

/// A shared pointer that any thread may load and store. std::atomic<std::shared_ptr> would be this,
/// but g++ 12's load gives the lock inside back with relaxed order, so that the next store may come
/// before the pointer has been read; ThreadSanitizer says so. A leaf: nothing is called while the
/// lock is held, not even a destructor.
template <class T>
class Published {
 public:
  Published() = default;
  explicit Published(std::shared_ptr<T> first) : pointer_(std::move(first)) {}

  std::shared_ptr<T> load() const {
    const std::lock_guard lock(mutex_);
    return pointer_;
  }

  void store(std::shared_ptr<T> next) {
    const std::lock_guard lock(mutex_);
    pointer_.swap(next);
    // What was there ends with `next`, behind the lock: parameters outlive locals.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<T> pointer_;
};

}  // namespace millrace
