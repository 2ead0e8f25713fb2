// Latencies in constant memory: 128 steps for each power of two, so below one percent of error.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace load {

class Histogram {
 public:
  void add(int64_t ns) {
    const uint64_t value = ns < 0 ? 0 : static_cast<uint64_t>(ns);
    max_ = std::max(max_, value);
    ++count_;
    ++slots_[slot_of(value)];
  }

  uint64_t count() const { return count_; }
  double max_us() const { return static_cast<double>(max_) / 1e3; }

  /// Microseconds that the share `quantile` of all values does not exceed; 0 when there are none.
  double quantile_us(double quantile) const {
    if (count_ == 0) return 0;
    const auto wanted =
        std::max<uint64_t>(1, static_cast<uint64_t>(quantile * static_cast<double>(count_) + 0.5));
    uint64_t seen = 0;
    for (size_t slot = 0; slot < slots_.size(); ++slot) {
      seen += slots_[slot];
      if (seen >= wanted) return static_cast<double>(std::min(value_of(slot), max_)) / 1e3;
    }
    return max_us();
  }

 private:
  static constexpr uint64_t kSteps = 128;
  static constexpr int kStepBits = 7;

  static size_t slot_of(uint64_t value) {
    if (value < kSteps) return value;
    const int shift = 63 - std::countl_zero(value) - kStepBits;
    return (static_cast<size_t>(shift) + 1) * kSteps + ((value >> shift) & (kSteps - 1));
  }
  // The middle of the slot.
  static uint64_t value_of(size_t slot) {
    if (slot < kSteps) return slot;
    const size_t shift = slot / kSteps - 1;
    const uint64_t low = (kSteps + slot % kSteps) << shift;
    return low + (shift > 0 ? (uint64_t{1} << shift) / 2 : 0);
  }

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(kSteps * 58);
  uint64_t count_ = 0;
  uint64_t max_ = 0;
};

}  // namespace load
