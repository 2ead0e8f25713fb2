// A growing array whose elements never move: one thread appends while others read.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

#include "base/assert.h"

namespace millrace::storage {

/// One appender at a time. Readers may look at every element below a size() that they loaded.
/// Chunks double, so that 26 of them hold more than a segment can have entries.
template <class T>
class StableVector {
 public:
  size_t size() const { return size_.load(std::memory_order_acquire); }
  bool empty() const { return size() == 0; }

  void push_back(const T& value) {
    const size_t index = size_.load(std::memory_order_relaxed);
    const Place place = place_of(index);
    MILL_ASSERT(place.chunk < kChunks, "more entries than any segment has");
    if (!chunks_[place.chunk]) {
      chunks_[place.chunk] = std::make_unique<T[]>(kFirst << place.chunk);
    }
    chunks_[place.chunk][place.at] = value;
    size_.store(index + 1, std::memory_order_release);
  }

  const T& operator[](size_t index) const {
    const Place place = place_of(index);
    return chunks_[place.chunk][place.at];
  }

  /// Not while others read.
  void shrink(size_t size) { size_.store(size, std::memory_order_release); }

 private:
  static constexpr size_t kFirst = 16;
  static constexpr size_t kChunks = 26;

  struct Place {
    size_t chunk;
    size_t at;
  };
  static Place place_of(size_t index) {
    const size_t biased = index + kFirst;
    const auto top = static_cast<size_t>(std::bit_width(biased)) - 1;
    return {top - 4, biased - (size_t{1} << top)};
  }
  static_assert(kFirst == size_t{1} << 4, "place_of subtracts its logarithm");

  std::array<std::unique_ptr<T[]>, kChunks> chunks_;
  std::atomic<size_t> size_ = 0;
};

}  // namespace millrace::storage
