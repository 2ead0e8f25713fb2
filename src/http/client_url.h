// The URL of a server, taken apart.
#pragma once

#include <string>

#include "millrace/result.h"

namespace millrace::http {

struct ClientUrl {
  /// Scheme, host, port and path, without a slash at its end.
  std::string base;
  /// Decoded; empty where the URL has none.
  std::string user;
  std::string password;
  /// The host is this machine, by a name or an address that never leaves it.
  bool is_loopback = false;
};

/// http or https, http where no scheme is named. Errors (invalid_argument): what is no URL; another
/// scheme; a query or a fragment.
Result<ClientUrl> parse_client_url(const std::string& text);

}  // namespace millrace::http
