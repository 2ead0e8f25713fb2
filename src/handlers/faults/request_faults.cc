#include "handlers/faults/request_faults.h"

#include <algorithm>
#include <utility>

namespace millrace::handlers {

using testing::RequestFault;
using testing::RequestMatch;

namespace {

const ConnectionInfo* connection_of(const FaultyCall& call) {
  return call.context().connection.get();
}

void carry_out(FaultyCall& call, const RequestMatch& match, const RequestFault& fault) {
  using Then = RequestFault::Then;
  if (fault.then == Then::drop_request) return call.drop();
  if (fault.then != Then::answer) call.lose_answer(fault.then);
  fault.error ? call.refuse(match, *fault.error) : call.handle();
}

}  // namespace

void RequestFaults::add(RequestMatch match, RequestFault fault) {
  const MutexLock lock(mutex_);
  orders_.push_back({std::move(match), fault});
}

void RequestFaults::clear() {
  const MutexLock lock(mutex_);
  orders_.clear();
}

int64_t RequestFaults::met() const {
  const MutexLock lock(mutex_);
  return met_;
}

void RequestFaults::begin(std::unique_ptr<FaultyCall> begun) {
  const CallPtr call(std::move(begun));
  {
    const MutexLock lock(mutex_);
    if (const auto held = held_.find(connection_of(*call)); held != held_.end()) {
      held->second.behind.push_back(call);
      return;
    }
  }
  pass(call);
}

bool RequestFaults::pass(const CallPtr& call) {
  auto order = meet(*call);
  if (!order) {
    call->handle();
  } else if (order->fault.delay.count() > 0) {
    hold(call, *std::move(order));
    return false;
  } else {
    carry_out(*call, order->match, order->fault);
  }
  return true;
}

bool RequestFaults::is_met(const RequestMatch& match, const FaultyCall& call,
                           const std::vector<wire::Entry>& entries) {
  if (match.api_key && *match.api_key != call.api_key()) return false;
  if (match.client_id && *match.client_id != call.context().client_id) return false;
  const bool names_nothing = !match.topic && !match.partition && !match.group;
  return names_nothing ||
         std::ranges::any_of(entries, [&](const wire::Entry& entry) { return fits(match, entry); });
}

std::optional<RequestFaults::Order> RequestFaults::meet(FaultyCall& call) {
  {
    const MutexLock lock(mutex_);
    if (orders_.empty() || closed_) return std::nullopt;
  }
  const auto entries = call.entries();
  const MutexLock lock(mutex_);
  for (auto order = orders_.begin(); order != orders_.end(); ++order) {
    if (!is_met(order->match, call, entries)) continue;
    if (order->fault.after > 0) {
      --order->fault.after;
      continue;
    }
    ++met_;
    Order met = *order;
    if (order->fault.count > 0 && --order->fault.count == 0) orders_.erase(order);
    return met;
  }
  return std::nullopt;
}

void RequestFaults::hold(const CallPtr& call, Order order) {
  const ConnectionInfo* connection = connection_of(*call);
  const SteadyTime deadline = clock_->steady_now() + order.fault.delay;
  {
    const MutexLock lock(mutex_);
    if (closed_) return;
    Held& held = held_[connection];
    held.first = call;
    held.order = std::move(order);
  }
  // The timer does not keep the request, so that close() can let go of it.
  timers_->schedule(deadline, [this, connection] { release(connection); });
}

void RequestFaults::release(const ConnectionInfo* connection) {
  CallPtr first;
  Order order;
  {
    const MutexLock lock(mutex_);
    const auto held = held_.find(connection);
    if (held == held_.end()) return;
    // What stays keeps later requests from overtaking.
    first = std::move(held->second.first);
    order = std::move(held->second.order);
  }
  carry_out(*first, order.match, order.fault);
  pass_those_behind(connection);
}

void RequestFaults::pass_those_behind(const ConnectionInfo* connection) {
  for (;;) {
    CallPtr next;
    {
      const MutexLock lock(mutex_);
      const auto held = held_.find(connection);
      if (held == held_.end()) return;
      auto& behind = held->second.behind;
      if (behind.empty()) {
        held_.erase(held);
        return;
      }
      next = std::move(behind.front());
      behind.pop_front();
    }
    if (!pass(next)) return;
  }
}

void RequestFaults::close() {
  // Their connections end with them, outside of the lock.
  std::map<const ConnectionInfo*, Held> dropped;
  const MutexLock lock(mutex_);
  closed_ = true;
  orders_.clear();
  dropped.swap(held_);
}

}  // namespace millrace::handlers
