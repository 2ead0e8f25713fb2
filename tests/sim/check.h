// Compares a broker with what was promised.
#pragma once

#include <cstdint>

#include "sim/machine.h"
#include "sim/promises.h"

namespace millrace::sim {

/// Adds a googletest failure for each promise that `machine` does not keep. How many acknowledged
/// records are gone because cleaning may take them.
int64_t check(Machine& machine, const Promises& promises);

}  // namespace millrace::sim
