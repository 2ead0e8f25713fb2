#include "obs/histogram.h"

#include <algorithm>
#include <numeric>

namespace millrace::obs {

int64_t HistogramCounts::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), int64_t{0});
}

HistogramCounts& HistogramCounts::operator+=(const HistogramCounts& other) {
  for (size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  sum += other.sum;
  return *this;
}

void Histogram::record(Duration took) {
  took = std::max(took, Duration(0));
  const auto bucket = std::ranges::lower_bound(kBucketEnds, took) - kBucketEnds.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(took.count(), std::memory_order_relaxed);
}

HistogramCounts Histogram::counts() const {
  HistogramCounts counts;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    counts.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
  }
  counts.sum = Duration(sum_ns_.load(std::memory_order_relaxed));
  return counts;
}

}  // namespace millrace::obs
