// HOST:PORT as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::net {

struct Endpoint {
  std::string host;
  uint16_t port = 0;

  /// "127.0.0.1:9092", "name:9092", "[::1]:9092"; an empty host is every IPv4 address. Port 0 lets
  /// the system pick one. The error names what is wrong and what is expected.
  static Result<Endpoint> parse(std::string_view text);

  /// True for an IPv4 or IPv6 address, false for a name.
  bool is_address() const;
  /// As parse reads it: IPv6 addresses in brackets.
  std::string to_string() const;
};

}  // namespace millrace::net
