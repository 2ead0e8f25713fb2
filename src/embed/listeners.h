// listeners and advertised.listeners as Kafka writes them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/result.h"
#include "net/endpoint.h"

namespace millrace::embed {

/// "PLAINTEXT://host:port,…"; the name in front of "://" must be PLAINTEXT, the only protocol
/// served. The error names the key.
Result<std::vector<net::Endpoint>> parse_listeners(std::string_view key, std::string_view value);

/// The other way round.
std::string format_listeners(std::span<const net::Endpoint> endpoints);

}  // namespace millrace::embed
