// How much a client may ask of the server; each limit applies back pressure or closes, never
// out-of-memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "millrace/clock.h"

namespace millrace::net {

struct Limits {
  /// A longer frame closes its connection (socket.request.max.bytes).
  int64_t frame_bytes_max = 104'857'600;
  /// The same for a connection that has not completed a frame yet; above the largest batch that
  /// topics take by default.
  int64_t first_frame_bytes_max = 2 * 1024 * 1024;
  /// Bytes of all requests that are read or under way (queued.max.request.bytes); reached, reading
  /// stops.
  int64_t request_bytes_max = 128 * 1024 * 1024;
  /// The same for one connection. One frame may always be under way.
  int64_t connection_request_bytes_max = 32 * 1024 * 1024;
  /// Requests of one connection that are not answered yet; reached, reading stops.
  size_t requests_in_flight_max = 256;
  /// Answers that the peer has not taken yet; reached, reading stops.
  int64_t unsent_bytes_max = 1024 * 1024;
  /// Connections of all listeners; reached, accepting stops (max.connections).
  size_t connections_max = 100'000;
  /// A connection without traffic and without a request under way is closed after this
  /// (connections.max.idle.ms); 0 or less switches it off.
  Milliseconds idle_max{600'000};
  /// While memory is short, a connection that holds some and does not move for this long is given
  /// up.
  Milliseconds stalled_frame_max{10'000};
};

}  // namespace millrace::net
