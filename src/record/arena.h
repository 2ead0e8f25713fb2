// Arena: copies of bytes that live as long as it does.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "base/bytes.h"

namespace millrace::record {

/// For records of compressed batches, which a RecordReader holds only until the next one: they are
/// copied into blocks, many to a block. Moving it leaves the copies where they are.
class Arena {
 public:
  ByteView copy(ByteView bytes) {
    if (bytes.empty()) return {};
    if (bytes.size() > room_) {
      const size_t size = std::max(kBlockSize, bytes.size());
      next_ = blocks_.emplace_back(new std::byte[size]).get();
      room_ = size;
    }
    std::byte* const at = next_;
    std::memcpy(at, bytes.data(), bytes.size());
    next_ += bytes.size();
    room_ -= bytes.size();
    return {at, bytes.size()};
  }

 private:
  static constexpr size_t kBlockSize = size_t{64} << 10;

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  size_t room_ = 0;
};

}  // namespace millrace::record
