// The time, as a seam: every timeout, retention and rebalance rule asks a Clock, so that tests turn
// it by hand.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace millrace {

/// A point on the steady clock, for deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

/// Two clocks in one: the wall clock for timestamps, the steady one for deadlines. Safe from any
/// thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Milliseconds since 1970-01-01T00:00:00Z, as in Kafka's timestamps.
  virtual int64_t wall_ms() const = 0;
  virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override;
  SteadyTime steady_now() const override;
};

/// A clock that moves only when told to. Both of its faces move together.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_ms_at_start = 1'700'000'000'000)
      : start_wall_ms_(wall_ms_at_start) {}

  int64_t wall_ms() const override { return start_wall_ms_ + elapsed_ms_.load(); }
  SteadyTime steady_now() const override { return SteadyTime(Milliseconds(elapsed_ms_.load())); }
  void advance(Milliseconds by) { elapsed_ms_ += by.count(); }

 private:
  const int64_t start_wall_ms_;
  std::atomic<int64_t> elapsed_ms_ = 0;
};

}  // namespace millrace
