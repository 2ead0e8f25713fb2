// The test kit: a real broker whose clock tests turn and whose faults they order.
//
//   millrace::ManualClock clock;
//   auto broker = millrace::Broker::open({.dir = std::string(millrace::in_memory), .manual = true,
//                                         .clock = &clock, .allow_faults = true});
//
// With googletest, testing_gtest.h has that as a fixture.
#pragma once

#include "millrace/broker.h"
#include "millrace/clock.h"
#include "millrace/faults.h"
#include "millrace/result.h"

namespace millrace::testing {

/// Turns a manual broker's clock by `by`, stopping at every deadline on the way so that each piece
/// of work sees the time it was due at: seven days of retention, session timeouts, transaction
/// timeouts and compaction happen now, in order. What is due already is done first. wrong_state for
/// a broker that is not manual, invalid_argument for a clock that is not its own or a negative
/// `by`; the clock then stands where it stood.
Result<void> advance(Broker& broker, ManualClock& clock, milliseconds by);

}  // namespace millrace::testing
