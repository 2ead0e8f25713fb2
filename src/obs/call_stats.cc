#include "obs/call_stats.h"

#include <atomic>

namespace millrace::obs {
namespace {

/// Threads are numbered as they come.
size_t number_of_this_thread() {
  static std::atomic<size_t> threads = 0;
  thread_local const size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace

void CallStats::record(Duration took, int64_t bytes_in, int64_t bytes_out) {
  Lane& lane = lanes_[number_of_this_thread() % lanes_.size()];
  lane.durations.record(took);
  lane.bytes_in.add(bytes_in);
  lane.bytes_out.add(bytes_out);
}

CallCounts CallStats::counts() const {
  CallCounts all;
  for (const Lane& lane : lanes_) {
    all.durations += lane.durations.counts();
    all.bytes_in += lane.bytes_in.value();
    all.bytes_out += lane.bytes_out.value();
  }
  return all;
}

}  // namespace millrace::obs
