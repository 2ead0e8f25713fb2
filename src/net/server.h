// Server: listens, and runs the io threads on which connections live.
#pragma once

#include <cstddef>
#include <memory>

#include "millrace/clock.h"
#include "millrace/result.h"
#include "net/dispatcher.h"
#include "net/endpoint.h"
#include "net/limits.h"

namespace millrace::net {

struct ServerOptions {
  /// Each with connections of its own.
  size_t io_threads = 1;
  Limits limits = {};
  const Clock* clock = nullptr;
};

/// Lifecycle: listen as often as wanted, before and after start, then stop. Not thread-safe itself.
class Server {
 public:
  /// `dispatcher` must outlive the server and every reply it owes.
  Server(ServerOptions options, RequestDispatcher& dispatcher);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// As stop without grace.
  ~Server();

  /// Binds and listens; answers the address with its real port. Connections are taken once started.
  /// The error names the address.
  Result<Endpoint> listen(const Endpoint& endpoint);

  void start();
  /// Takes no more connections and requests, gives requests under way `grace` to be answered, then
  /// closes all and ends the threads.
  void stop(Milliseconds grace);

  size_t connection_count() const;
  /// Since the start, those that are gone included.
  uint64_t accepted_count() const;
  /// Bytes of request buffers now.
  int64_t request_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::net
