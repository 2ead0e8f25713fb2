// Who does what is due in a broker while nobody asks for anything: deadlines and compaction.
#pragma once

#include <memory>

#include "base/timers.h"
#include "millrace/clock.h"

namespace millrace::broker {
class LogCleaner;
}

namespace millrace::embed {

class GuardedExecutor;

/// Begins with its making.
class Housekeeping {
 public:
  virtual ~Housekeeping() = default;
  /// Waits for the work that runs now; none begins afterwards.
  virtual void stop() = 0;
};

/// Two threads: compaction takes long, deadlines do not wait for it.
std::unique_ptr<Housekeeping> housekeep_on_threads(Timers& timers, const Clock& clock,
                                                   broker::LogCleaner& cleaner);
/// Work of the executor, which must outlive the housekeeping.
std::unique_ptr<Housekeeping> housekeep_on(GuardedExecutor& executor, Timers& timers,
                                           const Clock& clock, broker::LogCleaner& cleaner);

}  // namespace millrace::embed
