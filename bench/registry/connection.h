// Connection: one client of an HTTP server, a request at a time, kept open.
#pragma once

#include <string>
#include <string_view>

namespace registry_load {

/// "http://127.0.0.1:8081/base", taken apart.
struct Url {
  std::string host;  // an IPv4 address
  int port = 0;
  std::string path;  // without a slash at its end

  /// Ends the program where the text is none.
  static Url parse(std::string_view text);
};

/// Blocks. For one thread. What fails, the connection for one, ends the program: a measurement with
/// failures is none.
class Connection {
 public:
  explicit Connection(const Url& url);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The answer's status, once its whole body has come. `path` comes behind the URL's.
  int ask(std::string_view method, std::string_view path, std::string_view body = {});

 private:
  void send(std::string_view text);
  void receive_more();
  /// The length of the headers, with the empty line.
  size_t receive_headers();

  const Url url_;
  const int socket_;
  std::string received_;
};

/// Ends the program with what went wrong.
[[noreturn]] void fail(const std::string& what);

}  // namespace registry_load
