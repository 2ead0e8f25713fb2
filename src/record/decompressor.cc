#include "record/decompressor.h"

#include <array>
#include <cstring>
#include <vector>

#include "base/assert.h"
#include "record/codecs.h"

namespace millrace::record {

namespace {

// What a thread keeps for its next batch. Anything larger is given back to the system, so that one
// odd batch does not cost memory for ever.
constexpr size_t kKeptCount = 4;
constexpr size_t kKeptDecompressorSize = 16U << 20;
constexpr size_t kKeptBufferSize = 4U << 20;
constexpr size_t kBufferSizeMin = 64U << 10;

using DecompressorPool = std::array<std::vector<std::unique_ptr<Decompressor>>, 5>;

DecompressorPool& decompressors() {
  thread_local DecompressorPool pool;
  return pool;
}

std::unique_ptr<Decompressor> make_decompressor(Codec codec) {
  switch (codec) {
    case Codec::gzip: return make_gzip_decompressor();
    case Codec::snappy: return make_snappy_decompressor();
    case Codec::lz4: return make_lz4_decompressor();
    case Codec::zstd: return make_zstd_decompressor();
    case Codec::none: break;
  }
  MILL_ASSERT(false, "no decompressor for this codec");
  return nullptr;
}

}  // namespace

DecompressorLease::DecompressorLease(Codec codec) : codec_(codec) {
  auto& pool = decompressors()[static_cast<size_t>(codec)];
  if (pool.empty()) {
    held_ = make_decompressor(codec);
  } else {
    held_ = std::move(pool.back());
    pool.pop_back();
  }
}

DecompressorLease& DecompressorLease::operator=(DecompressorLease&& other) noexcept {
  if (this != &other) {
    give_back();
    held_ = std::move(other.held_);
    codec_ = other.codec_;
  }
  return *this;
}

void DecompressorLease::give_back() {
  if (!held_) return;
  auto& pool = decompressors()[static_cast<size_t>(codec_)];
  if (pool.size() < kKeptCount && held_->held_size() <= kKeptDecompressorSize) {
    pool.push_back(std::move(held_));
  }
  held_.reset();
}

struct BufferLease::Pool {
  static std::vector<Buffer>& buffers() {
    thread_local std::vector<Buffer> kept;
    return kept;
  }
};

BufferLease BufferLease::take() {
  auto& pool = Pool::buffers();
  BufferLease lease;
  if (pool.empty()) {
    lease.buffer_ = {std::make_unique_for_overwrite<std::byte[]>(kBufferSizeMin), kBufferSizeMin};
  } else {
    lease.buffer_ = std::move(pool.back());
    pool.pop_back();
  }
  return lease;
}

BufferLease& BufferLease::operator=(BufferLease&& other) noexcept {
  if (this != &other) {
    give_back();
    buffer_ = std::move(other.buffer_);
    other.buffer_ = {};
  }
  return *this;
}

void BufferLease::grow(size_t size, size_t keep) {
  auto bytes = std::make_unique_for_overwrite<std::byte[]>(size);
  std::memcpy(bytes.get(), buffer_.bytes.get(), keep);
  buffer_ = {std::move(bytes), size};
}

void BufferLease::give_back() {
  if (!buffer_.bytes) return;
  auto& pool = Pool::buffers();
  if (pool.size() < kKeptCount && buffer_.size <= kKeptBufferSize) {
    pool.push_back(std::move(buffer_));
  }
  buffer_ = {};
}

}  // namespace millrace::record
