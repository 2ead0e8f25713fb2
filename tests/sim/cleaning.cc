#include "sim/cleaning.h"

#include <algorithm>

#include "broker/catalog.h"
#include "storage/partition_log.h"

namespace millrace::sim {

namespace {

/// No segment that may still be written, and nothing of a transaction that has not ended.
void note_bounds(Machine& machine, Promises& promises) {
  for (const auto& topic : machine.broker().catalog().list()) {
    for (const auto& partition : topic->partitions) {
      auto& promised = promises.partitions[{topic->id, partition->id().partition.value()}];
      const Offset bound =
          std::min(partition->log()->active_segment_base(), partition->last_stable_offset());
      promised.uncleaned_from = std::max(promised.uncleaned_from, bound.value());
    }
  }
}

}  // namespace

int clean(Machine& machine, const Clock& clock, const broker::LogCleaner::Rest& rest,
          Promises& promises) {
  int rounds = 0;
  bool goes_on = true;
  do {
    note_bounds(machine, promises);
    promises.cleaned_at_ms = clock.wall_ms();
    ++rounds;
  } while (machine.clean([&](Milliseconds time) { return goes_on = rest(time); }) && goes_on);
  return rounds - 1;
}

}  // namespace millrace::sim
