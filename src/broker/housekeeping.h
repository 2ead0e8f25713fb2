// What the broker does by itself from time to time: retention, checkpoints, forgetting producers.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/timers.h"
#include "millrace/clock.h"

namespace millrace::broker {

/// Tasks that come again and again, driven by Timers. The interval counts from the end of a run, so
/// a slow task never runs twice at once. Destroying it ends them; like the destructor of the broker
/// that must not happen while Timers run.
class Housekeeping {
 public:
  Housekeeping(const Clock& clock, Timers& timers) : clock_(clock), timers_(timers) {}
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  struct Task {
    Milliseconds first_after;
    Milliseconds interval;
    std::function<void()> run;
  };
  void add(Task task);

 private:
  struct Entry {
    Task task;
    TimerId timer = 0;
  };
  void schedule(Entry& entry, Milliseconds after);

  const Clock& clock_;
  Timers& timers_;
  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace millrace::broker
