// Compares a broker with what was promised.
#pragma once

#include "sim/machine.h"
#include "sim/promises.h"

namespace millrace::sim {

/// Adds a googletest failure for each promise that `machine` does not keep.
void check(Machine& machine, const Promises& promises);

}  // namespace millrace::sim
