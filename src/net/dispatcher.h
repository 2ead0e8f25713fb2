// What net asks of the layers above: an answer to each request frame.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "net/reply.h"

namespace millrace::net {

/// One accepted connection as the layers above may see it. Immutable.
struct ConnectionInfo {
  /// Counts from 1; never reused while the server lives.
  uint64_t id = 0;
  std::string peer_host;
  uint16_t peer_port = 0;
  /// Where this client reaches the listener: the name given to the listener, or else the local
  /// address of the connection.
  std::string local_host;
  uint16_t local_port = 0;
};

/// The bytes of one request, without the length in front.
struct RequestFrame {
  /// Keeps the bytes (and their share of the memory budget) until the last copy is gone.
  SharedBytes bytes;
  /// What the dispatcher made of the connection when it opened.
  std::shared_ptr<const void> connection;
};

/// What a shutdown owes to a request that is not answered yet.
enum class RequestKind : uint8_t {
  work,  // finish it: its effect is under way
  wait,  // drop it: it waits for something to happen and the client asks again
};

/// Takes requests from the connections of a Server. Called on the connection's io thread, for the
/// frames of one connection in order; calls of different threads overlap. Must not block.
class RequestDispatcher {
 public:
  virtual ~RequestDispatcher() = default;

  /// A connection was accepted; the answer comes with each of its frames.
  virtual std::shared_ptr<const void> connected(const ConnectionInfo& connection) = 0;

  /// Starts the request. `reply` is used once, before or after this returns, on any thread; later
  /// frames of the connection are dispatched meanwhile.
  virtual RequestKind dispatch(RequestFrame frame, Reply reply) = 0;
};

}  // namespace millrace::net
