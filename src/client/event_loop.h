// The clock, the signals and the sockets behind a blocking client, on the caller's own thread.
#pragma once

#include <memory>

#include "millrace/clock.h"
#include "millrace/result.h"

namespace asio {
class io_context;
}

namespace millrace::client {

/// Whether a signal may cut a wait short. Leaving a group after Ctrl-C must not be cut short by
/// that same Ctrl-C.
enum class Signals { heed, ignore };

/// Drives asynchronous operations until one is complete, so that the code above reads as if it
/// blocked, yet every wait has a deadline and SIGINT ends it at once.
///
/// Lifecycle: must outlive the connections made with it. One thread.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  asio::io_context& context();

  /// From now on SIGINT and SIGTERM set `interrupted` instead of killing the process; a second
  /// signal kills it.
  void catch_signals();
  /// True once a caught signal arrived. Looks for signals itself, without blocking.
  bool interrupted();

  /// Runs until `done` becomes true. Error: timed_out, or interrupted where `signals` says so; the
  /// operation that would set `done` is then still under way.
  Result<void> run_until(const bool& done, SteadyTime deadline, Signals signals);

  /// Runs until `done` becomes true, for an operation whose socket was just closed: it ends at
  /// once, and its handler must have run before what it refers to goes away.
  void settle(const bool& done);

  /// Waits; a signal ends it with `interrupted` where `signals` says so.
  Result<void> sleep(Milliseconds time, Signals signals = Signals::heed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::client
