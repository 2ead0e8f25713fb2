// Waiting until a group has caught up, through restarts of the broker.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "cli/catch_up.h"
#include "millrace/clock.h"

namespace millrace::server {

struct CatchUpWait {
  CatchUpWish wish;
  /// Zero: one look.
  milliseconds timeout{0};
  milliseconds interval{1'000};

  // What tests do their own way.

  /// Reaches the cluster for one look, each call of which may take so long.
  std::function<Result<Admin>(milliseconds limit)> reach;
  std::function<SteadyTime()> now = [] { return SystemClock().steady_now(); };
  std::function<void(milliseconds)> pause;
  /// Told after each look.
  std::function<void(const CatchUpGoal&, const CatchUpState&)> show;
};

/// `gone`: topics, partitions or offsets of the goal, or the group, were deleted meanwhile.
enum class CatchUpEnd : uint8_t { caught_up, timed_out, gone };

struct CatchUpOutcome {
  CatchUpEnd end = CatchUpEnd::caught_up;
  /// Nothing where none could be set in time.
  std::optional<CatchUpGoal> goal;
  CatchUpState state;
  /// What the last look failed with; empty where it did not.
  std::string trouble;
  milliseconds waited{0};
};

/// Sets the goal with the first look that succeeds and looks again until it is reached or the time
/// is over. A broker that is away, or busy coming back, is waited for as long. Errors: what
/// set_goal says is not there; group_id_not_found for a group that went away; what a broker refuses
/// for good; and where it could not be reached at the end, why.
Result<CatchUpOutcome> wait_until_caught_up(const CatchUpWait& wait);

}  // namespace millrace::server
