// Counter: a number that only rises.
#pragma once

#include <atomic>
#include <cstdint>

namespace millrace::obs {

/// Any thread may add and read. For what many threads count at once see CallStats.
class Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void add(int64_t more = 1) { value_.fetch_add(more, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;
};

}  // namespace millrace::obs
