// BatchMemory: the memory of batches that are over, for those to come.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace millrace::client {

/// Fresh memory costs a page fault for each 4 KiB, which for small records is more than all that is
/// written into it. Thread-safe: whoever uses a batch's bytes last gives them back, on any thread.
class BatchMemory : public std::enable_shared_from_this<BatchMemory> {
 public:
  /// Empty, with what an earlier batch has left.
  Bytes take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return {};
    Bytes taken = std::move(spare_.back());
    spare_.pop_back();
    return taken;
  }

  void give(Bytes memory) {
    memory.clear();
    const std::lock_guard lock(mutex_);
    if (spare_.size() < kSparesMax) spare_.push_back(std::move(memory));
  }

  /// Shared bytes that come back here at their end.
  std::shared_ptr<Bytes> share(Bytes bytes) {
    const auto give_back = [self = shared_from_this()](Bytes* over) {
      self->give(std::move(*over));
      delete over;
    };
    return {new Bytes(std::move(bytes)), give_back};
  }

 private:
  /// As many as are decided at about the same time.
  static constexpr size_t kSparesMax = 8;

  std::mutex mutex_;
  std::vector<Bytes> spare_;
};

}  // namespace millrace::client
