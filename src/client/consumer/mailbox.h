// Mailbox: what the driver's side of a consumer has for the program, and how it wakes who waits.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "client/driver.h"
#include "millrace/client_error.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace::client {

/// Partitions that come or go, and a program that is to be told inside its next call.
struct RebalanceCall {
  enum class Kind { assign, revoke, lose };
  Kind kind = Kind::assign;
  std::vector<TopicPartition> partitions;
  /// Set inside the driver, once the program was told.
  bool is_done = false;
};

/// Thread-safe; its lock is a leaf. One program's thread waits at a time.
class Mailbox {
 public:
  using Callback = std::function<void()>;

  /// The event of the next news. Whoever waits asks for it first, looks then and waits last, so
  /// that nothing is missed.
  std::shared_ptr<Event> next_news();
  /// Something happened that a waiting call may want.
  void tell();

  /// Ends a waiting call, now or the next one.
  void wake_up();
  /// Whether wake_up was called; once.
  bool take_wakeup();

  void push(Callback callback);
  std::vector<Callback> take_callbacks();

  void push(std::shared_ptr<RebalanceCall> call);
  /// The first one, or null.
  std::shared_ptr<RebalanceCall> take_call();

  void drop_calls();

  /// Nothing goes on: told until it is forgotten. `closed` is final.
  void fail(Error error);
  void forget_failure();
  std::optional<Error> failure() const;

 private:
  bool is_closed() const { return failure_ && failure_->is(ClientErrc::closed); }

  mutable std::mutex mutex_;
  std::shared_ptr<Event> news_;
  bool is_woken_ = false;
  std::vector<Callback> callbacks_;
  std::deque<std::shared_ptr<RebalanceCall>> calls_;
  std::optional<Error> failure_;
};

}  // namespace millrace::client
