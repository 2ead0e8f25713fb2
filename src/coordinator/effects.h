// What a locked stretch of work on a group leaves to be done once the lock is released.
#pragma once

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "coordinator/offsets_log.h"

namespace millrace::coordinator {

/// A batch on its way to the log.
struct PendingAppend {
  OffsetsBatch batch;
  OffsetsLog::Appended done;
};

/// Replies are called and batches appended only after the group's lock is released, because both
/// may run code that comes back to the group.
class Effects {
 public:
  explicit Effects(std::deque<PendingAppend>& outbox) : outbox_(outbox) {}

  /// Calls `reply` with `response`; nothing where `reply` is empty.
  template <class T>
  void reply(std::function<void(T)> to, T response) {
    if (!to) return;
    replies_.push_back([to = std::move(to), response = std::move(response)]() mutable {
      to(std::move(response));
    });
  }
  /// Appends after all batches that the group asked for before: the log must tell the group's
  /// changes in the order in which they happened.
  void append(PendingAppend append) { outbox_.push_back(std::move(append)); }

  void run_replies() {
    for (const auto& reply : replies_) reply();
  }

 private:
  std::deque<PendingAppend>& outbox_;
  std::vector<std::function<void()>> replies_;
};

}  // namespace millrace::coordinator
