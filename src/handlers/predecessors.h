// Predecessors: what earlier requests of a connection have under way, for those that must see it.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "base/mutex.h"

namespace millrace::handlers {

/// Safe from any thread. Requests of one connection run at the same time here, where Kafka answers
/// one before it looks at the next; where a client could tell the difference, the later one waits.
class Predecessors {
 public:
  /// Of one request under way.
  using Ticket = uint64_t;

  Ticket begin();
  /// Runs those that waited for nothing else, on this thread. Not to be called under a lock.
  void end(Ticket ticket);
  /// Runs `work` once all that have begun so far are ended: now, or on the thread that ends the
  /// last of them.
  void run_after(std::function<void()> work);

 private:
  struct Waiting {
    /// It waits for tickets below this one.
    Ticket before;
    std::function<void()> work;
  };

  Mutex mutex_{LockRank::connection};
  Ticket next_ MILL_GUARDED_BY(mutex_) = 0;
  std::set<Ticket> under_way_ MILL_GUARDED_BY(mutex_);
  /// In the order of their coming.
  std::vector<Waiting> waiting_ MILL_GUARDED_BY(mutex_);
};

}  // namespace millrace::handlers
