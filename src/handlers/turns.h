// Turns: work of one connection that must begin in the order of its requests, though some of it
// has to wait before it can.
#pragma once

#include <deque>
#include <functional>

#include "base/mutex.h"

namespace millrace::handlers {

/// Safe from any thread. At most one has the turn; as many wait as a connection may have requests
/// in flight. Who never ends a turn holds up the connection alone.
class Turns {
 public:
  /// Runs `work` once those who came before have ended their turns: now, or on the thread that ends
  /// the last of them. Its own turn lasts until it calls end().
  void take(std::function<void()> work);

  /// Ends the turn under way; whoever is next runs on this thread. Not to be called under a lock.
  void end();

 private:
  Mutex mutex_{LockRank::connection};
  bool is_taken_ MILL_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> waiting_ MILL_GUARDED_BY(mutex_);
};

}  // namespace millrace::handlers
