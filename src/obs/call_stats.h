// CallStats: calls of one kind, counted by many threads at once.
#pragma once

#include <array>
#include <cstdint>

#include "obs/counter.h"
#include "obs/histogram.h"

namespace millrace::obs {

struct CallCounts {
  /// Its count is that of the calls.
  HistogramCounts durations;
  int64_t bytes_in = 0;
  int64_t bytes_out = 0;
};

/// Any thread may record and read. A thread records into a lane that it shares with few others, so
/// that recording costs some nanoseconds however many cores do it.
class CallStats {
 public:
  void record(Duration took, int64_t bytes_in, int64_t bytes_out);
  CallCounts counts() const;

 private:
  struct alignas(64) Lane {
    Histogram durations;
    Counter bytes_in;
    Counter bytes_out;
  };
  std::array<Lane, 8> lanes_;
};

}  // namespace millrace::obs
