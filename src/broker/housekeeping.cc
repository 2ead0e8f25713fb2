#include "broker/housekeeping.h"

namespace millrace::broker {

Housekeeping::~Housekeeping() {
  for (const auto& entry : entries_) timers_.cancel(entry->timer);
}

void Housekeeping::add(Task task) {
  entries_.push_back(std::make_unique<Entry>(Entry{.task = std::move(task)}));
  schedule(*entries_.back(), entries_.back()->task.first_after);
}

void Housekeeping::schedule(Entry& entry, Milliseconds after) {
  entry.timer = timers_.schedule(clock_.steady_now() + after, [this, &entry] {
    entry.task.run();
    schedule(entry, entry.task.interval);
  });
}

}  // namespace millrace::broker
