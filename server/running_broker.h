// RunningBroker: broker, group coordinator and listeners put together, from start to clean end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/config/broker_config.h"
#include "millrace/clock.h"
#include "millrace/result.h"
#include "net/endpoint.h"

namespace millrace::server {

struct RunningBrokerOptions {
  std::string dir;
  /// Keep everything in memory; the directory is not touched.
  bool in_memory = false;
  std::vector<net::Endpoint> listen;
  /// Told to clients in place of the address they came in by.
  std::optional<net::Endpoint> advertised;
  /// Checked keys and values.
  broker::ConfigValues config;
};

class RunningBroker {
 public:
  /// Serves requests when it returns. The error says what, where and what to do; nothing is left
  /// behind.
  static Result<std::unique_ptr<RunningBroker>> start(RunningBrokerOptions options);
  RunningBroker(const RunningBroker&) = delete;
  RunningBroker& operator=(const RunningBroker&) = delete;
  /// Without stop(): connections close, and the directory is left as by a crash.
  ~RunningBroker();

  /// Where clients connect, with real ports.
  const std::vector<net::Endpoint>& endpoints() const;
  /// What recovery found worth telling.
  const std::vector<std::string>& recovery_report() const;

  /// Takes no more connections, gives requests under way `grace`, flushes, marks the end as clean.
  Result<void> stop(Milliseconds grace);

 private:
  struct State;
  explicit RunningBroker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace millrace::server
