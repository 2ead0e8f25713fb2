#include "connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace registry_load {
namespace {

int connected_socket(const Url& url) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(url.port));
  if (inet_pton(AF_INET, url.host.c_str(), &address.sin_addr) != 1)
    fail(url.host + " is no address");
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("nobody listens at " + url.host + ":" + std::to_string(url.port));
  }
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

/// Of the line that begins so, in any case of letters; "" where there is none.
std::string_view header(std::string_view headers, std::string_view name) {
  while (!headers.empty()) {
    const size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0) {
      std::string_view value = line.substr(name.size() + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      return value;
    }
    headers.remove_prefix(std::min(end + 2, headers.size()));
  }
  return {};
}

size_t number(std::string_view text, const char* what) {
  size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || text.empty())
    fail(std::string(what) + ": no number: " + std::string(text));
  return value;
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "registry_load: %s\n", what.c_str());
  std::exit(1);
}

Url Url::parse(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) fail("a URL begins with http://");
  text.remove_prefix(kScheme.size());
  const size_t slash = std::min(text.find('/'), text.size());
  const size_t colon = text.find(':');
  if (colon > slash) fail("the URL names no port");
  Url url{.host = std::string(text.substr(0, colon)),
          .port = static_cast<int>(number(text.substr(colon + 1, slash - colon - 1), "port")),
          .path = std::string(text.substr(slash))};
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

Connection::Connection(const Url& url) : url_(url), socket_(connected_socket(url)) {}

Connection::~Connection() { ::close(socket_); }

int Connection::ask(std::string_view method, std::string_view path, std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(url_.path).append(path);
  request.append(" HTTP/1.1\r\nHost: ").append(url_.host).append("\r\n");
  if (!body.empty()) {
    request.append("Content-Type: application/vnd.schemaregistry.v1+json\r\nContent-Length: ");
    request.append(std::to_string(body.size())).append("\r\n");
  }
  send(request.append("\r\n").append(body));

  const size_t headers = receive_headers();
  const std::string_view line(received_.data(), headers);
  const auto length = number(header(line, "Content-Length"), "Content-Length");
  const int status = static_cast<int>(number(line.substr(sizeof "HTTP/1.1", 3), "status"));
  while (received_.size() < headers + length) receive_more();
  received_.erase(0, headers + length);
  return status;
}

void Connection::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("the connection broke while a request was sent");
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

size_t Connection::receive_headers() {
  for (;;) {
    const size_t end = received_.find("\r\n\r\n");
    if (end != received_.npos) return end + 4;
    receive_more();
  }
}

void Connection::receive_more() {
  std::array<char, 16384> buffer;
  const ssize_t read = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (read <= 0) fail("the connection broke while an answer was awaited");
  received_.append(buffer.data(), static_cast<size_t>(read));
}

}  // namespace registry_load
