// LocalDriver: runs an in-process client's work on whatever thread brings it.
#pragma once

#include <deque>
#include <memory>

#include "base/mutex.h"
#include "client/driver.h"

namespace millrace::embed {

/// No thread of its own: who posts while nothing runs does the work, that of others included until
/// none is left. The broker brings its answers on the thread that made them, so a request that is
/// answered at once costs no change of threads. Must be held by a shared_ptr.
class LocalDriver final : public client::Driver, public std::enable_shared_from_this<LocalDriver> {
 public:
  /// Does all work of a manual broker that is due; false where there was none.
  using Drive = std::function<bool()>;

  /// The timers and the clock are the broker's; with `drive`, waiting means to call it.
  LocalDriver(std::shared_ptr<Timers> timers, std::shared_ptr<const Clock> clock,
              Drive drive = nullptr)
      : timers_(std::move(timers)), clock_(std::move(clock)), drive_(std::move(drive)) {}

  void post(Work work) override;
  TimerId schedule(SteadyTime deadline, Work work) override;
  bool cancel(TimerId timer) override { return timers_->cancel(timer); }
  const Clock& clock() const override { return *clock_; }
  bool wait(client::Event& event, SteadyTime deadline) override;

 private:
  const std::shared_ptr<Timers> timers_;
  const std::shared_ptr<const Clock> clock_;
  const Drive drive_;
  Mutex mutex_{LockRank::client_driver};
  std::deque<Work> waiting_ MILL_GUARDED_BY(mutex_);
  bool running_ MILL_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::embed
