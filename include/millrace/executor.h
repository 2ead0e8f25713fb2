// Where a broker or a client does its work when the program gives it threads of its own.
#pragma once

#include <chrono>
#include <functional>

namespace millrace {

/// A program's own threads, lent to Millrace. With one given, no thread is started: deadlines,
/// syncs and compaction of a broker run here.
///
/// Must outlive every broker and client that it was given to. Both functions may be called from any
/// thread.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs `work` once, soon, on some thread, never inside this call. Work may block for as long as
  /// one disk sync takes; a networked client posts one piece of work that ends when it is closed,
  /// so an executor needs one thread more than it has such clients.
  virtual void post(std::function<void()> work) = 0;

  /// The same, not before `when`.
  virtual void post_at(std::chrono::steady_clock::time_point when, std::function<void()> work) = 0;
};

}  // namespace millrace
