#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

#include "obs/call_stats.h"
#include "obs/histogram.h"

namespace millrace::obs {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(Histogram, ADurationBelongsToTheFirstBucketThatEndsNotBeforeIt) {
  Histogram histogram;
  histogram.record(Duration(0));
  histogram.record(microseconds(50));
  histogram.record(microseconds(50) + Duration(1));
  histogram.record(seconds(30));
  histogram.record(seconds(31));
  const auto counts = histogram.counts();
  EXPECT_EQ(counts.buckets[0], 2);
  EXPECT_EQ(counts.buckets[1], 1);
  EXPECT_EQ(counts.buckets[kBucketEnds.size() - 1], 1);
  EXPECT_EQ(counts.buckets[kBucketEnds.size()], 1);
  EXPECT_EQ(counts.count(), 5);
  EXPECT_EQ(counts.sum, seconds(61) + microseconds(100) + Duration(1));
}

TEST(Histogram, BucketsEndOneAfterTheOther) {
  EXPECT_TRUE(std::ranges::is_sorted(kBucketEnds, std::less_equal<>()));
}

TEST(Histogram, WhatIsNegativeCountsAsNothing) {
  Histogram histogram;
  histogram.record(Duration(-5));
  EXPECT_EQ(histogram.counts().buckets[0], 1);
  EXPECT_EQ(histogram.counts().sum, Duration(0));
}

TEST(CallStats, NothingIsLostAmongThreads) {
  constexpr int kThreads = 20;
  constexpr int kCalls = 1'000;
  CallStats stats;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < kCalls; ++call) stats.record(microseconds(1), 2, 3);
      });
    }
  }
  const auto counts = stats.counts();
  EXPECT_EQ(counts.durations.count(), kThreads * kCalls);
  EXPECT_EQ(counts.durations.sum, microseconds(kThreads * kCalls));
  EXPECT_EQ(counts.bytes_in, 2 * kThreads * kCalls);
  EXPECT_EQ(counts.bytes_out, 3 * kThreads * kCalls);
}

}  // namespace
}  // namespace millrace::obs
