// SIGINT and SIGTERM for commands that have something to finish first.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace millrace::server {

/// While it lives the first of these signals does not end the program but calls `on_signal`, on a
/// thread of its own; a second one ends it as usual. One at a time in a process.
class SignalWatch {
 public:
  explicit SignalWatch(std::function<void()> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  bool is_signalled() const { return is_signalled_; }

 private:
  const std::function<void()> on_signal_;
  std::atomic<bool> is_signalled_ = false;
  std::thread thread_;
};

}  // namespace millrace::server
