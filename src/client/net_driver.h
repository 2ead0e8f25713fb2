// NetDriver: runs a networked client's work on one thread, together with its sockets.
#pragma once

#include <memory>

#include "client/driver.h"
#include "millrace/executor.h"

namespace asio {
class io_context;
}

namespace millrace::client {

/// Begins with its making: on a thread of its own, "mill-client", or as one long piece of work of
/// the executor.
class NetDriver final : public Driver {
 public:
  explicit NetDriver(Executor* executor = nullptr);
  /// Work that was not begun is dropped: whoever made it must have been closed before. Called on
  /// the driver's own thread it does not wait for that thread, which ends behind the work under
  /// way.
  ~NetDriver() override;
  NetDriver(const NetDriver&) = delete;
  NetDriver& operator=(const NetDriver&) = delete;

  void post(Work work) override;
  TimerId schedule(SteadyTime deadline, Work work) override;
  bool cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }

  /// Where sockets of this client belong; their handlers run `inside`.
  asio::io_context& context();

 private:
  struct State;
  SystemClock clock_;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::client
