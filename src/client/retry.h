// Pauses between attempts, growing from one to the next (KIP-580).
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "millrace/clock.h"

namespace millrace::client {

/// The pauses of one piece of work. Each is the last one doubled, up to the maximum, give or take
/// a fifth, so that clients that failed together do not come again together.
class Backoff {
 public:
  Backoff(Milliseconds first, Milliseconds max) : next_(std::min(first, max)), max_(max) {}

  Milliseconds next() {
    thread_local std::minstd_rand random{std::random_device{}()};
    const Milliseconds base = next_;
    next_ = std::min(next_ * 2, max_);
    const int64_t spread = base.count() / 5;
    std::uniform_int_distribution<int64_t> shift(-spread, spread);
    return base + Milliseconds(shift(random));
  }

 private:
  Milliseconds next_;
  const Milliseconds max_;
};

}  // namespace millrace::client
