#include "net/endpoint.h"

#include <asio/ip/address.hpp>

#include "base/text.h"

namespace millrace::net {

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto malformed = [&] {
    return Error(std::make_error_code(std::errc::invalid_argument),
                 cat("\"", text, "\" is not HOST:PORT; write for instance 127.0.0.1:9092"));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed();
  const auto port = parse_int64(text.substr(colon + 1));
  if (!port || *port < 0 || *port > UINT16_MAX) return malformed();

  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    asio::error_code failed;
    asio::ip::make_address_v6(std::string(host), failed);
    if (failed) return malformed();
  } else if (host.find_first_of(":/ \t[]") != std::string_view::npos) {
    return malformed();
  }
  return Endpoint{.host = host.empty() ? "0.0.0.0" : std::string(host),
                  .port = static_cast<uint16_t>(*port)};
}

bool Endpoint::is_address() const {
  asio::error_code failed;
  asio::ip::make_address(host, failed);
  return !failed;
}

std::string Endpoint::to_string() const {
  if (host.find(':') != std::string::npos) return cat("[", host, "]:", port);
  return cat(host, ":", port);
}

}  // namespace millrace::net
