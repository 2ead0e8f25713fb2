// The end of a log as readers see it: several numbers that change together, read without a lock.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/strong.h"

namespace millrace::storage {

struct Tail {
  Offset end_offset;
  /// The active segment and its readable bytes.
  Offset active_base;
  int64_t active_size = 0;
  /// The last batch, where most readers start. An offset of -1 means that it is not known.
  Offset last_batch_base{-1};
  int64_t last_batch_position = 0;
};

/// One writer at a time (the log's mutex), any number of readers. A version counter that is odd
/// while the writer is busy tells readers to try again (a seqlock; all words are atomics).
class PublishedTail {
 public:
  void store(const Tail& tail) {
    const uint64_t version = version_.load(std::memory_order_relaxed);
    version_.store(version + 1, std::memory_order_seq_cst);
    end_offset_.store(tail.end_offset.value(), std::memory_order_seq_cst);
    active_base_.store(tail.active_base.value(), std::memory_order_seq_cst);
    active_size_.store(tail.active_size, std::memory_order_seq_cst);
    last_batch_base_.store(tail.last_batch_base.value(), std::memory_order_seq_cst);
    last_batch_position_.store(tail.last_batch_position, std::memory_order_seq_cst);
    version_.store(version + 2, std::memory_order_seq_cst);
  }

  Tail load() const {
    for (;;) {
      const uint64_t before = version_.load(std::memory_order_seq_cst);
      Tail tail{.end_offset = Offset(end_offset_.load(std::memory_order_seq_cst)),
                .active_base = Offset(active_base_.load(std::memory_order_seq_cst)),
                .active_size = active_size_.load(std::memory_order_seq_cst),
                .last_batch_base = Offset(last_batch_base_.load(std::memory_order_seq_cst)),
                .last_batch_position = last_batch_position_.load(std::memory_order_seq_cst)};
      if (before % 2 == 0 && version_.load(std::memory_order_seq_cst) == before) return tail;
    }
  }

 private:
  std::atomic<uint64_t> version_ = 0;
  std::atomic<int64_t> end_offset_ = 0;
  std::atomic<int64_t> active_base_ = 0;
  std::atomic<int64_t> active_size_ = 0;
  std::atomic<int64_t> last_batch_base_ = -1;
  std::atomic<int64_t> last_batch_position_ = 0;
};

}  // namespace millrace::storage
