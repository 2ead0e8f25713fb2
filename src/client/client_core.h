// ClientCore: what all producers, consumers and administrators of one client share.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/home_process.h"
#include "client/gateway.h"
#include "client/task.h"
#include "millrace/options.h"

namespace millrace::client {

/// Thread-safe. Kept alive by everything that was made with it; the driver ends with the last of
/// them.
class ClientCore {
 public:
  /// `options` were checked. The factory's links belong to the driver.
  ClientCore(std::shared_ptr<Driver> driver, std::shared_ptr<LinkFactory> links,
             ClientOptions options);
  ~ClientCore();
  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  const HomeProcess& home() const { return home_; }
  Driver& driver() const { return *driver_; }
  const ClientOptions& options() const { return options_; }

  /// A way to the cluster of its own; closed with the client at the latest, and from the beginning
  /// where that is closed already.
  std::shared_ptr<Gateway> make_gateway();
  /// The one that administration shares.
  Gateway& gateway() const { return *gateway_; }

  /// Ends everything: whatever is under way fails with `closed`. Any thread, also inside.
  void close();

  /// Runs `make()`, a Task of a Result<T>, inside the driver and waits for its end on a program's
  /// thread. The task has a deadline of its own. wrong_state inside the driver; timed_out where
  /// nobody but the caller drives the broker and nothing that is due now ends the task.
  template <class T, class Make>
  Result<T> wait_for(Make make) const;

 private:
  template <class T>
  struct Outcome {
    Event event;
    std::optional<Result<T>> result;
  };
  template <class T, class Make>
  static Task<void> run(Make make, std::shared_ptr<Outcome<T>> outcome) {
    auto task = make();
    outcome->result.emplace(co_await task);
    outcome->event.set();
  }

  const HomeProcess home_;
  const std::shared_ptr<Driver> driver_;
  const std::shared_ptr<LinkFactory> links_;
  const ClientOptions options_;
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<std::weak_ptr<Gateway>> gateways_;
  std::shared_ptr<Gateway> gateway_;
};

template <class T, class Make>
Result<T> ClientCore::wait_for(Make make) const {
  if (driver_->inside()) {
    return client_error(ClientErrc::wrong_state, "a callback cannot wait for its own client");
  }
  auto outcome = std::make_shared<Outcome<T>>();
  driver_->post([make = std::move(make), outcome] { spawn(run<T>(make, outcome)); });
  if (!driver_->wait(outcome->event, SteadyTime::max())) {
    return client_error(ClientErrc::timed_out,
                        "nothing that is due ends it; advance the clock and call run_until");
  }
  return *std::move(outcome->result);
}

}  // namespace millrace::client
