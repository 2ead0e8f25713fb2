#include "net/frame_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace::net {

namespace {

constexpr size_t kRoomMin = 4096;

}  // namespace

FrameBuffer::FrameBuffer(std::shared_ptr<RequestBudget> budget, size_t frame_size)
    : budget_(std::move(budget)), frame_size_(frame_size) {}

FrameBuffer::~FrameBuffer() { budget_->release(static_cast<int64_t>(capacity_)); }

void FrameBuffer::grow(size_t capacity) {
  auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
  budget_->charge(static_cast<int64_t>(capacity - capacity_));
  if (size_ > 0) std::memcpy(larger.get(), data_.get(), size_);
  data_ = std::move(larger);
  capacity_ = capacity;
}

void FrameBuffer::append(ByteView bytes) {
  if (bytes.empty()) return;
  if (size_ + bytes.size() > capacity_) {
    grow(std::min(frame_size_, std::max(size_ + bytes.size(), 2 * size_)));
  }
  std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

std::span<std::byte> FrameBuffer::room() {
  if (size_ == capacity_ && missing() > 0) {
    grow(std::min(frame_size_, std::max(kRoomMin, 2 * size_)));
  }
  return {data_.get() + size_, capacity_ - size_};
}

}  // namespace millrace::net
