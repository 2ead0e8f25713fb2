// Request and Response of HTTP (RFC 9110), as handlers see them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

/// Complete: the body has come whole and is no larger than the server allows.
struct Request {
  /// In capitals, as sent: "GET".
  std::string method;
  /// As sent, still percent-encoded, without the query: "/subjects/a%2Fb/versions".
  std::string path;
  /// Decoded, in their order; a name may come more than once.
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The first with that name, in any case of letters.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The last with that name.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers one request, once, from any thread, at once or later.
using Respond = std::function<void(Response)>;
/// Called on a thread of the server, which it must not block.
using Handler = std::function<void(Request, Respond)>;

/// The parts between the slashes, each percent-decoded (RFC 3986), so that a part may hold a slash
/// of its own; "/" has none. Nothing where the path does not begin with a slash or an escape is
/// malformed.
std::optional<std::vector<std::string>> split_path(std::string_view path);

}  // namespace millrace::http
