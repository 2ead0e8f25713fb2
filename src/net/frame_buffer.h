// FrameBuffer: the bytes of one request while they arrive and while they are used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "net/request_budget.h"

namespace millrace::net {

/// Grows with what has arrived, at most to twice that, never to what a length field claims. What it
/// allocates is charged to the budget until it is destroyed. Used by one thread while it grows.
class FrameBuffer {
 public:
  /// For a frame of `frame_size` bytes.
  FrameBuffer(std::shared_ptr<RequestBudget> budget, size_t frame_size);
  ~FrameBuffer();
  FrameBuffer(const FrameBuffer&) = delete;
  FrameBuffer& operator=(const FrameBuffer&) = delete;

  size_t missing() const { return frame_size_ - size_; }
  size_t size() const { return size_; }

  /// At most missing() bytes.
  void append(ByteView bytes);
  /// Room for bytes to be read right into; at least one byte while any is missing.
  std::span<std::byte> room();
  /// So many bytes of room() were filled.
  void filled(size_t count) { size_ += count; }

  ByteView bytes() const { return {data_.get(), size_}; }

 private:
  void grow(size_t capacity);

  /// Shared: a handler may keep the frame for longer than the server lives.
  const std::shared_ptr<RequestBudget> budget_;
  const size_t frame_size_;
  std::unique_ptr<std::byte[]> data_;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace millrace::net
