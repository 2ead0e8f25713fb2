// Connection: frames in, answers out in the order of their requests.
#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "millrace/clock.h"
#include "net/dispatcher.h"
#include "net/frame_buffer.h"
#include "net/limits.h"
#include "net/output_queue.h"
#include "net/read_ahead.h"
#include "net/reply_mailbox.h"
#include "net/request_budget.h"

namespace millrace::net {

/// What the connections of a server share; outlives them.
struct ConnectionEnvironment {
  RequestDispatcher& dispatcher;
  const Limits& limits;
  std::shared_ptr<RequestBudget> budget;
  ReadAhead& read_ahead;
  const Clock& clock;
};

/// Lives on one io thread; every function is called there. Reads only while all limits allow, so a
/// client that does not take its answers, or asks faster than is served, waits in its own socket.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `closed` is called once, when the connection is of no use any more.
  Connection(asio::ip::tcp::socket socket, const ConnectionInfo& info,
             const ConnectionEnvironment& environment, std::function<void()> closed);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void start();
  /// Reads no more; closes when the requests that do work are answered and their answers sent.
  void finish();
  void close();

  /// To be called now and then: closes what was idle, or clings to memory, for too long.
  void check_times();

 private:
  struct Pending {
    RequestKind kind = RequestKind::work;
    int64_t bytes = 0;
    std::optional<Answer> answer;
  };
  enum class Progress : uint8_t {
    more,     // perhaps there is more to read
    drained,  // the socket is empty
    paused,   // a limit is reached
    ended,    // nothing is read any more
  };

  void wait_readable();
  void on_readable();
  Progress read_some();
  bool may_take_request() const;
  bool memory_allows();
  Progress take_held();
  /// Takes frames from the front of `bytes` while the limits allow.
  Progress take(ByteView& bytes);
  /// False when the connection was closed.
  bool begin_frame(ByteView& bytes);
  void end_frame();
  void on_eof();

  void accept_answers(std::vector<Answer> answers);
  void send_answers();
  void wait_writable();
  void read_ahead();
  void drop_input();
  void resume_reading();
  void close_if_finished();
  void return_overdraft();

  asio::ip::tcp::socket socket_;
  const ConnectionEnvironment& environment_;
  std::function<void()> closed_;
  std::shared_ptr<ReplyMailbox> mailbox_;
  const std::shared_ptr<const void> context_;

  // The frame under way: first its size, then its bytes.
  std::array<std::byte, 4> size_bytes_{};
  size_t size_bytes_read_ = 0;
  std::shared_ptr<FrameBuffer> frame_;
  bool had_frame_ = false;
  bool has_overdraft_ = false;
  bool waits_for_memory_ = false;
  // What was read together with a frame after which a limit was reached.
  std::unique_ptr<FrameBuffer> held_;
  size_t held_taken_ = 0;

  // Requests that are not answered yet, or whose answer waits for an earlier one.
  std::deque<Pending> pending_;
  uint64_t first_ticket_ = 0;
  int64_t pending_bytes_ = 0;
  OutputQueue output_;

  bool waiting_readable_ = false;
  bool waiting_writable_ = false;
  bool waiting_for_file_ = false;
  bool paused_ = false;
  bool reading_ended_ = false;
  bool finishing_ = false;
  bool is_closed_ = false;
  SteadyTime last_traffic_;
};

}  // namespace millrace::net
