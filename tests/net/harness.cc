#include "harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace millrace::net {

std::string length_field(int32_t length) {
  std::string field(4, '\0');
  store_be(reinterpret_cast<std::byte*>(field.data()), length);
  return field;
}

std::string framed(std::string_view text) {
  return length_field(static_cast<int32_t>(text.size())) + std::string(text);
}

io::Chunks response_of(std::string_view text) {
  return {SharedBytes(copy_of(as_bytes(framed(text))))};
}

std::shared_ptr<const void> TestDispatcher::connected(const ConnectionInfo& connection) {
  last_connection_ = connection;
  return nullptr;
}

RequestKind TestDispatcher::dispatch(RequestFrame frame, Reply reply) {
  if (handle_) return handle_(std::move(frame), std::move(reply));
  std::move(reply).send(response_of(as_text(frame.bytes.view())));
  return RequestKind::work;
}

TestDispatcher::Handle HeldRequests::handle() {
  return [this](RequestFrame frame, Reply reply) {
    const std::string text(as_text(frame.bytes.view()));
    if (text.starts_with("echo")) {
      std::move(reply).send(response_of(text));
      return RequestKind::work;
    }
    {
      const std::lock_guard lock(mutex_);
      ++count_;
      held_.push_back({.text = text, .reply = std::move(reply)});
    }
    changed_.notify_all();
    return text.starts_with("wait") ? RequestKind::wait : RequestKind::work;
  };
}

std::vector<HeldRequests::Request> HeldRequests::take_when(size_t count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return count_ >= count; }))
      << count_ << " requests came, not " << count;
  return std::exchange(held_, {});
}

size_t HeldRequests::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

TestServer::TestServer(RequestDispatcher& dispatcher, Limits limits)
    : server_({.io_threads = 1, .limits = limits, .clock = &clock_}, dispatcher) {
  const auto bound = server_.listen({.host = "127.0.0.1", .port = 0});
  EXPECT_TRUE(bound.has_value());
  port_ = bound->port;
  server_.start();
}

Peer::Peer(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 20, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

Peer::~Peer() {
  if (socket_ >= 0) close(socket_);
}

void Peer::send(std::string_view text) { send_raw(framed(text)); }

void Peer::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return;  // the server closed: receive tells
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

size_t Peer::send_some(std::string_view bytes) {
  const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<size_t>(count);
}

bool Peer::read_exactly(std::string& bytes) {
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count = recv(socket_, bytes.data() + have, bytes.size() - have, 0);
    if (count < 0) {
      EXPECT_EQ(errno, ECONNRESET) << "nothing came for 20 s";
      return false;
    }
    if (count == 0) return false;
    have += static_cast<size_t>(count);
  }
  return true;
}

std::optional<std::string> Peer::receive() {
  std::string field(4, '\0');
  if (!read_exactly(field)) return std::nullopt;
  const auto size = load_be<int32_t>(reinterpret_cast<const std::byte*>(field.data()));
  std::string text(static_cast<size_t>(size), '\0');
  if (!read_exactly(text)) return std::nullopt;
  return text;
}

std::string Peer::ask(std::string_view text) {
  send(text);
  return receive().value_or("(closed)");
}

void Peer::end_sending() { shutdown(socket_, SHUT_WR); }

void Peer::limit_receiving(int bytes) {
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace millrace::net
