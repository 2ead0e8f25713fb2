// RawClient: a socket that speaks whatever a test wants it to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "net/endpoint.h"

namespace millrace::http {

struct RawReply {
  int status = 0;
  /// Names in small letters.
  std::map<std::string, std::string> headers;
  std::string body;
};

/// Blocks, for 20 seconds at most.
class RawClient {
 public:
  explicit RawClient(const net::Endpoint& server);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False where the peer has closed.
  bool send(std::string_view bytes);
  /// Nothing where the peer closes or resets before one is complete. A body is read as
  /// Content-Length says, unless the request was a HEAD.
  std::optional<RawReply> read_reply(bool to_head = false);
  std::optional<RawReply> ask(std::string_view bytes);
  /// True once the peer has closed, whatever it sent before.
  bool sees_end();
  void close();

 private:
  bool read_more();

  int fd_ = -1;
  std::string unread_;
};

/// "GET /path HTTP/1.1" with a host and the given header lines, each ending in "\r\n".
std::string get(std::string_view path, std::string_view headers = "");
/// A POST with its Content-Length.
std::string post(std::string_view path, std::string_view body, std::string_view headers = "");

}  // namespace millrace::http
