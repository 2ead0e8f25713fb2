// Answers: what handlers answer, on its way to the server's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "http/message.h"

namespace millrace::http {

/// Names one request of a server.
using ExchangeId = uint64_t;

/// Any thread leaves answers, one takes them. Lives as long as someone may still answer, which may
/// be longer than the server.
class Answers {
 public:
  struct Answer {
    ExchangeId exchange;
    Response response;
  };

  /// Null where the system has no more descriptors.
  static std::shared_ptr<Answers> create();
  explicit Answers(int event_fd) : event_fd_(event_fd) {}
  ~Answers();
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  /// Answers `exchange` once; `answers` is where.
  static Respond respond_to(const std::shared_ptr<Answers>& answers, ExchangeId exchange);

  /// The thread that takes, which looks after each handler and needs no waking. Before it takes.
  void taken_by_this_thread() { taker_ = std::this_thread::get_id(); }
  std::vector<Answer> take();
  /// Nobody takes any more: what is left from now on is dropped.
  void close();

  /// Readable when there is something to take or `wake` was called; take clears it.
  int event_fd() const { return event_fd_; }
  void wake();

 private:
  void leave(ExchangeId exchange, Response response);

  const int event_fd_;
  std::atomic<std::thread::id> taker_;
  Mutex mutex_{LockRank::http_answers};
  std::vector<Answer> left_ MILL_GUARDED_BY(mutex_);
  bool closed_ MILL_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::http
