// The socket a server listens on.
#pragma once

#include "millrace/result.h"
#include "net/endpoint.h"

namespace millrace::http {

struct ListenSocket {
  /// Not blocking; the receiver closes it.
  int fd = -1;
  net::Endpoint bound;
};

/// Listens on the first IPv4 address of the endpoint's host, or else on its first IPv6 address. The
/// system's error, with the address.
Result<ListenSocket> listen_on(const net::Endpoint& endpoint);

}  // namespace millrace::http
