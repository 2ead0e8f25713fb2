// Request and Response of HTTP (RFC 9110), as handlers see them.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

/// Complete: the body has come whole and is no larger than the server allows.
struct Request {
  /// In capitals, as sent: "GET". A HEAD comes as a GET, and of the answer the body is not sent.
  std::string method;
  /// As sent, still percent-encoded, without the query: "/subjects/a%2Fb/versions".
  std::string path;
  /// Decoded, in their order; a name may come more than once.
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// The first with that name, in any case of letters.
  std::optional<std::string_view> header(std::string_view name) const;
  size_t count_headers(std::string_view name) const;
  /// The last with that name.
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
  /// 200 to 599.
  int status = 200;
  /// Not sent where it is empty.
  std::string content_type;
  std::string body;
  /// One that holds a line break is not sent.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers one request, once, from any thread, at once or later; further answers go nowhere. A
/// request whose every Respond is gone without an answer is answered 500.
using Respond = std::function<void(Response)>;
/// Called on a thread of the server, which it must not block.
using Handler = std::function<void(Request, Respond)>;

/// The parts between the slashes, each percent-decoded (RFC 3986), so that a part may hold a slash
/// of its own; "/" has none. Nothing where the path does not begin with a slash or an escape is
/// malformed.
std::optional<std::vector<std::string>> split_path(std::string_view path);

}  // namespace millrace::http
