// Times that lie so far ahead that they never come.
#pragma once

#include <chrono>

#include "millrace/clock.h"

namespace millrace {

/// `by` after `time`; the end of time where that is beyond it.
inline SteadyTime later(SteadyTime time, Milliseconds by) {
  // In the coarser unit: Milliseconds::max() is beyond what nanoseconds count.
  const auto left = std::chrono::duration_cast<Milliseconds>(SteadyTime::max() - time);
  return by >= left ? SteadyTime::max() : time + by;
}

}  // namespace millrace
