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
  /// Larger bodies are answered 413. They are read to their end and thrown away, so that who is
  /// still sending sees the answer; beyond twice as much the connection is closed.
  size_t body_bytes_max = size_t{16} << 20;
  /// The request line and all headers; longer ones are answered 431, a line that is longer alone
  /// 414.
  size_t header_bytes_max = size_t{32} << 10;
  /// More connections wait to be accepted.
  unsigned connections_max = 1'000;
  /// Bodies of all requests that are being received or answered, and of their answers; a request or
  /// an answer beyond it becomes a 503.
  size_t memory_bytes_max = size_t{256} << 20;
  /// A connection that neither sends nor takes a byte for so long is closed.
  std::chrono::seconds idle_max{60};
};

/// One thread, "mill-http", serves all connections of an address and calls the handler; answers
/// that are not there yet hold nobody up. Keep-alive, HEAD, chunked bodies and "Expect:
/// 100-continue" as RFC 9112 has them. A body takes memory as it arrives, whatever length was
/// announced. Requests that are no HTTP are answered 4xx with a sentence of plain text and never
/// reach the handler. Thread-safe.
class Server {
 public:
  /// Serves when it returns. A name is served at its first IPv4 address, or else at its first IPv6
  /// address. The system's error where the address cannot be had.
  static Result<std::unique_ptr<Server>> listen(const net::Endpoint& endpoint, Handler handler,
                                                const Limits& limits = {});
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// With its real port.
  virtual const net::Endpoint& bound() const = 0;
  /// Takes no more connections, answers new requests 503, gives those under way `grace`, then
  /// closes all connections and joins the thread. The handler is not called afterwards; answers
  /// that come later go nowhere. Not from the handler.
  virtual void stop(std::chrono::milliseconds grace) = 0;

 protected:
  Server() = default;
};

}  // namespace millrace::http
