// A server of frames under test, its clients, and a dispatcher that answers when the test says so.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/clock.h"
#include "net/server.h"

namespace millrace::net {

/// Text with its length in front, as one chunk.
io::Chunks response_of(std::string_view text);

/// Hands every frame to `handle`; without one it answers the same bytes.
class TestDispatcher final : public RequestDispatcher {
 public:
  using Handle = std::function<RequestKind(RequestFrame, Reply)>;

  explicit TestDispatcher(Handle handle = {}) : handle_(std::move(handle)) {}
  std::shared_ptr<const void> connected(const ConnectionInfo& connection) override;
  RequestKind dispatch(RequestFrame frame, Reply reply) override;

  const ConnectionInfo& last_connection() const { return last_connection_; }

 private:
  const Handle handle_;
  ConnectionInfo last_connection_;
};

/// Keeps requests until the test answers them.
class HeldRequests {
 public:
  struct Request {
    std::string text;
    Reply reply;
  };

  /// For a TestDispatcher. Frames that start with "echo" are answered at once, those that start
  /// with "wait" are of that kind.
  TestDispatcher::Handle handle();

  /// Waits until so many have come in all, then takes those that are held.
  std::vector<Request> take_when(size_t count);
  size_t count() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Request> held_;
  size_t count_ = 0;
};

/// A server on a free port of 127.0.0.1, with one io thread.
class TestServer {
 public:
  explicit TestServer(RequestDispatcher& dispatcher, Limits limits = {});
  Server& operator*() { return server_; }
  Server* operator->() { return &server_; }
  uint16_t port() const { return port_; }
  ManualClock& clock() { return clock_; }

 private:
  ManualClock clock_;
  Server server_;
  uint16_t port_ = 0;
};

/// A blocking client; waits of more than 20 s fail the test.
class Peer {
 public:
  explicit Peer(uint16_t port);
  Peer(Peer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  void send(std::string_view text);
  void send_raw(std::string_view bytes);
  /// What the socket takes without waiting.
  size_t send_some(std::string_view bytes);
  /// One response without its length; nothing when the server closed.
  std::optional<std::string> receive();
  std::string ask(std::string_view text);
  void end_sending();
  /// A small receive buffer, so that a reader who does not read is noticed soon.
  void limit_receiving(int bytes);

 private:
  bool read_exactly(std::string& bytes);

  int socket_ = -1;
};

/// `text` as a frame: its length in front.
std::string framed(std::string_view text);
/// The four bytes of a length field.
std::string length_field(int32_t length);

}  // namespace millrace::net
