// RequestFaults: what a test ordered to go wrong with requests, and what became of it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "base/timers.h"
#include "handlers/faults/faulty_call.h"
#include "millrace/clock.h"
#include "millrace/faults.h"

namespace millrace::handlers {

struct ConnectionInfo;

/// Stands between the decoding of requests and their handlers, for connections and in-process
/// clients alike. Safe from any thread; the requests of one connection come in order.
class RequestFaults {
 public:
  RequestFaults(std::shared_ptr<Timers> timers, std::shared_ptr<const Clock> clock)
      : timers_(std::move(timers)), clock_(std::move(clock)) {}
  RequestFaults(const RequestFaults&) = delete;
  RequestFaults& operator=(const RequestFaults&) = delete;

  void add(testing::RequestMatch match, testing::RequestFault fault);
  void clear();
  int64_t met() const;

  /// Has the request handled, or something else.
  void begin(std::unique_ptr<FaultyCall> call);

  /// Drops what is held back; nothing is met any more.
  void close();

 private:
  using CallPtr = std::shared_ptr<FaultyCall>;
  struct Order {
    testing::RequestMatch match;
    testing::RequestFault fault;
  };
  /// The requests of a connection whose first one waits for its time.
  struct Held {
    CallPtr first;
    Order order;
    std::deque<CallPtr> behind;
  };

  /// The order that the request meets, counted.
  std::optional<Order> meet(FaultyCall& call);
  static bool is_met(const testing::RequestMatch& match, const FaultyCall& call,
                     const std::vector<wire::Entry>& entries);
  /// False where the request is held back.
  bool pass(const CallPtr& call);
  void hold(const CallPtr& call, Order order);
  /// The time of the first one has come.
  void release(const ConnectionInfo* connection);
  void pass_those_behind(const ConnectionInfo* connection);

  const std::shared_ptr<Timers> timers_;
  const std::shared_ptr<const Clock> clock_;
  mutable Mutex mutex_{LockRank::connection};
  std::vector<Order> orders_ MILL_GUARDED_BY(mutex_);
  std::map<const ConnectionInfo*, Held> held_ MILL_GUARDED_BY(mutex_);
  int64_t met_ MILL_GUARDED_BY(mutex_) = 0;
  bool closed_ MILL_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::handlers
