// Where a broker listens, as people and brokers write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/result.h"

namespace millrace::client {

/// A host name or numeric address, and a TCP port.
struct Address {
  std::string host;
  uint16_t port = 9092;

  /// "host:port"; an IPv6 address stands in brackets.
  std::string to_string() const;
  bool operator==(const Address&) const = default;
};

/// Parses "HOST", "HOST:PORT", "[IPV6]:PORT"; the port defaults to 9092.
Result<Address> parse_address(std::string_view text);

/// Parses a comma-separated list of addresses, as in Kafka's `bootstrap.servers`; at least one.
Result<std::vector<Address>> parse_addresses(std::string_view text);

}  // namespace millrace::client
