#include "http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/assert.h"
#include "base/text.h"

namespace millrace::http {
namespace {

constexpr timeval kPatience{.tv_sec = 20, .tv_usec = 0};

std::string lowered(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return std::tolower(c); });
  return low;
}

}  // namespace

RawClient::RawClient(const net::Endpoint& server) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const int connected = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  MILL_ASSERT(connected == 0, "the test's server does not listen");
}

RawClient::~RawClient() { close(); }

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::read_more() {
  std::array<char, 65536> buffer;
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  unread_.append(buffer.data(), static_cast<size_t>(count));
  return true;
}

std::optional<RawReply> RawClient::read_reply(bool to_head) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  size_t end = 0;
  while ((end = unread_.find(kEnd)) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  RawReply reply;
  reply.status = static_cast<int>(*parse_int64(unread_.substr(9, 3)));
  for (const auto line : split(std::string_view(unread_).substr(0, end), '\n')) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto value = std::string(trim(line.substr(colon + 1)));
    if (value.ends_with('\r')) value.pop_back();
    reply.headers[lowered(line.substr(0, colon))] = value;
  }
  unread_.erase(0, end + kEnd.size());
  const auto length = reply.headers.find("content-length");
  if (to_head || length == reply.headers.end()) return reply;
  const auto size = static_cast<size_t>(*parse_int64(length->second));
  while (unread_.size() < size) {
    if (!read_more()) return std::nullopt;
  }
  reply.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return reply;
}

std::optional<RawReply> RawClient::ask(std::string_view bytes) {
  if (!send(bytes)) return std::nullopt;
  return read_reply();
}

bool RawClient::sees_end() {
  while (read_more()) continue;
  return errno != EAGAIN;
}

std::string get(std::string_view path, std::string_view headers) {
  return cat("GET ", path, " HTTP/1.1\r\nHost: test\r\n", headers, "\r\n");
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
  return cat("POST ", path, " HTTP/1.1\r\nHost: test\r\nContent-Length: ", body.size(), "\r\n",
             headers, "\r\n", body);
}

}  // namespace millrace::http
