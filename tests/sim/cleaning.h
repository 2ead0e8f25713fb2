// Rounds of cleaning, and what they may take from the promises.
#pragma once

#include "broker/log_cleaner.h"
#include "millrace/clock.h"
#include "sim/machine.h"
#include "sim/promises.h"

namespace millrace::sim {

/// Cleans until no log is dirty enough or `rest` says to stop. `promises` tell before each round
/// what it may touch. The number of rounds.
int clean(Machine& machine, const Clock& clock, const broker::LogCleaner::Rest& rest,
          Promises& promises);

}  // namespace millrace::sim
