// Where something was made: a child of fork has the memory of its parent, but none of its threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace millrace {

/// Remembers the process it was made in. To ask costs a comparison and takes no lock: in a child
/// any lock may be held for ever, by a thread that is not there.
class HomeProcess {
 public:
  HomeProcess() : forks_(forks_so_far.load(std::memory_order_relaxed)) {}

  /// False in children that fork has made since.
  bool is_this() const { return forks_ == forks_so_far.load(std::memory_order_relaxed); }

 private:
  static std::atomic<uint32_t> forks_so_far;
  static const int is_told_of_forks;

  uint32_t forks_;
};

/// A shared_ptr's deleter: what is waited for at the end would never come in a child, so there
/// nothing ends. It is left as it is.
class DeleteAtHome {
 public:
  template <class T>
  void operator()(T* dying) const {
    home_.is_this() ? delete dying : leave(dying);
  }

 private:
  static void leave(void* left);

  HomeProcess home_;
};

template <class T, class... Arguments>
std::shared_ptr<T> make_at_home(Arguments&&... arguments) {
  return {new T(std::forward<Arguments>(arguments)...), DeleteAtHome()};
}

/// False where it was moved from, too. What is made has a home().
template <class T>
bool is_at_home(const std::shared_ptr<T>& made) {
  return made && made->home().is_this();
}

}  // namespace millrace
