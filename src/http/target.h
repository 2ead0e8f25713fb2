// The target of a request line, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

struct Target {
  /// Still percent-encoded.
  std::string path;
  /// Decoded; "+" is a space, as forms write it.
  std::vector<std::pair<std::string, std::string>> query;
};

/// "/path?name=value&name" or the absolute form that proxies send, "http://host/path" (RFC 9112,
/// 3.2). Nothing where an escape of the query is malformed.
std::optional<Target> parse_target(std::string_view text);

/// "%2F" is "/"; nothing where an escape is malformed.
std::optional<std::string> percent_decoded(std::string_view text);
/// As one part of a path or a query: all but the unreserved characters of RFC 3986 as escapes.
std::string percent_encoded(std::string_view text);

}  // namespace millrace::http
