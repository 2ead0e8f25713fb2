// Histogram: how long things took, in fixed buckets.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace millrace::obs {

using Duration = std::chrono::nanoseconds;

/// The upper ends of the buckets, themselves included; longer ones have a bucket of their own. From
/// an answer out of memory to a long poll and a disk that hangs.
inline constexpr std::array<Duration, 16> kBucketEnds = {
    std::chrono::microseconds(50),  std::chrono::microseconds(100),
    std::chrono::microseconds(250), std::chrono::microseconds(500),
    std::chrono::milliseconds(1),   std::chrono::microseconds(2'500),
    std::chrono::milliseconds(5),   std::chrono::milliseconds(10),
    std::chrono::milliseconds(25),  std::chrono::milliseconds(50),
    std::chrono::milliseconds(100), std::chrono::milliseconds(250),
    std::chrono::milliseconds(500), std::chrono::seconds(1),
    std::chrono::seconds(5),        std::chrono::seconds(30)};

struct HistogramCounts {
  /// By bucket, not summed up; the last is of those beyond all ends.
  std::array<int64_t, kBucketEnds.size() + 1> buckets{};
  Duration sum{0};

  int64_t count() const;
  HistogramCounts& operator+=(const HistogramCounts& other);
};

/// Any thread may record and read.
class Histogram {
 public:
  Histogram() = default;
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  /// What is negative, from a clock that was set back, counts as nothing.
  void record(Duration took);
  /// Not of one instant: what is recorded meanwhile may be in it in part.
  HistogramCounts counts() const;

 private:
  std::array<std::atomic<int64_t>, kBucketEnds.size() + 1> buckets_{};
  std::atomic<int64_t> sum_ns_ = 0;
};

}  // namespace millrace::obs
