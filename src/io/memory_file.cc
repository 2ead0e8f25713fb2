#include <algorithm>
#include <cstring>
#include <mutex>

#include "io/memory_file_system.h"

namespace millrace::io {
namespace {

constexpr size_t kBlockSize = 64 << 10;

}  // namespace

void MemoryFile::resize(size_t size) {
  const size_t count = (size + kBlockSize - 1) / kBlockSize;
  if (size < size_ && size % kBlockSize != 0) {
    // What a later write past the end uncovers must read as zeros.
    std::memset(blocks_[count - 1].get() + size % kBlockSize, 0, kBlockSize - size % kBlockSize);
  }
  const size_t before = blocks_.size();
  blocks_.resize(count);
  for (size_t i = before; i < count; ++i) blocks_[i] = std::make_unique<std::byte[]>(kBlockSize);
  size_ = size;
}

Result<size_t> MemoryFile::read_at(Position from, std::span<std::byte> into) const {
  const std::shared_lock lock(mutex_);
  const auto start = static_cast<size_t>(from.value());
  if (start >= size_) return size_t{0};
  const size_t count = std::min(into.size(), size_ - start);
  for (size_t done = 0; done < count;) {
    const size_t at = start + done;
    const size_t piece = std::min(count - done, kBlockSize - at % kBlockSize);
    std::memcpy(into.data() + done, blocks_[at / kBlockSize].get() + at % kBlockSize, piece);
    done += piece;
  }
  return count;
}

Result<void> MemoryFile::write_at(Position at, std::span<const ByteView> parts) {
  const std::unique_lock lock(mutex_);
  auto position = static_cast<size_t>(at.value());
  size_t end = position;
  for (const ByteView part : parts) end += part.size();
  if (end > size_) resize(end);
  for (ByteView part : parts) {
    while (!part.empty()) {
      const size_t piece = std::min(part.size(), kBlockSize - position % kBlockSize);
      std::memcpy(blocks_[position / kBlockSize].get() + position % kBlockSize, part.data(), piece);
      part = part.subspan(piece);
      position += piece;
    }
  }
  return {};
}

Result<void> MemoryFile::truncate(int64_t size) {
  const std::unique_lock lock(mutex_);
  resize(static_cast<size_t>(size));
  return {};
}

Result<int64_t> MemoryFile::size() const {
  const std::shared_lock lock(mutex_);
  return static_cast<int64_t>(size_);
}

}  // namespace millrace::io
