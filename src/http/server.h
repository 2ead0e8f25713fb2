// Server: HTTP/1.1 on one address.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "http/message.h"
#include "millrace/result.h"
#include "net/endpoint.h"

namespace millrace::http {

/// What a server takes from strangers.
struct Limits {
  /// Larger bodies are answered 413.
  size_t body_bytes_max = size_t{16} << 20;
  /// The request line and all headers; longer ones are answered 431.
  size_t header_bytes_max = size_t{32} << 10;
  /// More connections wait to be accepted.
  unsigned connections_max = 1'000;
  /// Of all requests that are being received or answered; beyond it 503.
  size_t memory_bytes_max = size_t{256} << 20;
  /// A connection that neither sends nor takes a byte for so long is closed.
  std::chrono::seconds idle_max{60};
};

/// One thread, "mill-http", serves all connections of an address; answers that are not there yet
/// hold nobody up. Keep-alive, HEAD, chunked bodies and "Expect: 100-continue" as RFC 9112 has
/// them. Thread-safe.
class Server {
 public:
  /// Serves when it returns. The system's error where the address cannot be had.
  static Result<std::unique_ptr<Server>> listen(const net::Endpoint& endpoint, Handler handler,
                                                const Limits& limits = {});
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// With its real port.
  virtual const net::Endpoint& bound() const = 0;
  /// Takes no more requests, gives those under way `grace`, then closes all connections and joins
  /// the thread. The handler is not called afterwards; answers that come later go nowhere.
  virtual void stop(std::chrono::milliseconds grace) = 0;

 protected:
  Server() = default;
};

}  // namespace millrace::http
