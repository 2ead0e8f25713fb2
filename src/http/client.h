// Client: requests to one HTTP server, over http or https.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "http/message.h"
#include "millrace/result.h"

namespace millrace::http {

struct ClientOptions {
  /// "http://host:port/path" or https; without a scheme it is http. The path stands in front of
  /// every request's. A name and a password may stand in front of the host, percent-encoded.
  std::string url;
  /// "name:password" for basic authentication, in place of those of the URL; empty: those.
  std::string credentials = {};
  /// PEM file of the authorities that are trusted for https; empty: the system's.
  std::string ca_file = {};
  std::chrono::milliseconds connect_timeout{10'000};
  /// Of one request until its answer is complete.
  std::chrono::milliseconds timeout{30'000};
  /// A larger answer is an error.
  size_t body_bytes_max = size_t{64} << 20;
};

/// Keeps its connection between requests, and makes a new one where the server closed it. The
/// proxies of the environment (http_proxy, https_proxy, no_proxy) are used, but never for this
/// machine's own addresses. One thread at a time.
class Client {
 public:
  /// Connects with the first request only. Errors (invalid_argument): what is wrong with the URL.
  static Result<Client> open(ClientOptions options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// Sends method, path (percent-encoded, below the URL's), query, headers and, except with GET and
  /// DELETE, body. Any status but a redirection is an answer; its headers but Content-Type are left
  /// out. Errors (std::errc), each with the URL and what to do: connection_refused, timed_out,
  /// message_size (the answer), permission_denied (the certificate), protocol_error (a redirection,
  /// no HTTP).
  Result<Response> ask(const Request& request);

  /// As given, without credentials and without a slash at its end.
  const std::string& url() const;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::http
