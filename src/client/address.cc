#include "client/address.h"

#include "base/text.h"
#include "base/try.h"
#include "client/error.h"

namespace millrace::client {
namespace {

Error bad_address(std::string_view text, std::string_view finding) {
  return client_error(ClientErrc::bad_address,
                      cat("address '", text, "' ", finding, "; write HOST:PORT"));
}

}  // namespace

std::string Address::to_string() const {
  if (host.find(':') != std::string::npos) return cat('[', host, "]:", port);
  return cat(host, ':', port);
}

Result<Address> parse_address(std::string_view text) {
  const auto whole = trim(text);
  auto host = whole;
  std::string_view port;
  if (whole.starts_with('[')) {
    const auto close = whole.find(']');
    if (close == std::string_view::npos) return bad_address(whole, "lacks the closing bracket");
    host = whole.substr(1, close - 1);
    const auto rest = whole.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':')) return bad_address(whole, "is malformed");
    port = rest.empty() ? rest : rest.substr(1);
  } else if (const auto colon = whole.rfind(':'); colon != std::string_view::npos) {
    host = whole.substr(0, colon);
    port = whole.substr(colon + 1);
    if (port.empty()) return bad_address(whole, "has no port after the colon");
  }
  if (host.empty()) return bad_address(whole, "names no host");

  Address address{.host = std::string(host)};
  if (!port.empty()) {
    const auto number = parse_int64(port);
    if (!number || *number < 1 || *number > UINT16_MAX) {
      return bad_address(whole, "has no port between 1 and 65535");
    }
    address.port = static_cast<uint16_t>(*number);
  }
  return address;
}

Result<std::vector<Address>> parse_addresses(std::string_view text) {
  std::vector<Address> addresses;
  for (const auto part : split(text, ',')) {
    if (trim(part).empty()) continue;
    MILL_TRY(auto address, parse_address(part));
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return bad_address(text, "names no broker");
  return addresses;
}

}  // namespace millrace::client
