// Snappy has no stream format of its own. Java's producers frame it (org.xerial.snappy): 8 magic
// bytes, version i32, compatible version i32, then blocks of i32 size and one raw snappy block
// each. Other clients send one raw block. Both are read, the framing is written.
#include <snappy.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "record/codecs.h"

namespace millrace::record {

namespace {

constexpr std::array<unsigned char, 8> kXerialMagic = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr size_t kXerialHeaderSize = 16;
constexpr int32_t kXerialVersion = 1;
constexpr size_t kXerialBlockSize = 32U << 10;
// A snappy copy of 3 bytes unfolds to 64 at most; a claim beyond that is a lie.
constexpr size_t kExpansionMax = 22;

bool has_xerial_header(ByteView bytes) {
  return bytes.size() >= kXerialHeaderSize &&
         std::memcmp(bytes.data(), kXerialMagic.data(), kXerialMagic.size()) == 0;
}

class SnappyDecompressor final : public Decompressor {
 public:
  void start(ByteView input, size_t size_max) override {
    size_max_ = size_max;
    rest_ = input;
    unread_ = {};
    framed_ = has_xerial_header(input);
    // Not empty even for zero bytes: a raw block starts with its size.
    raw_pending_ = !framed_;
    if (framed_) rest_ = rest_.subspan(kXerialHeaderSize);
  }

  Result<size_t> read(std::span<std::byte> out) override {
    size_t filled = 0;
    while (filled < out.size()) {
      if (unread_.empty()) {
        if (rest_.empty() && !raw_pending_) break;
        auto block = next_block();
        if (!block) return std::move(block).error();
        if (auto unfolded = unfold(*block); !unfolded) return std::move(unfolded).error();
        continue;
      }
      const size_t count = std::min(out.size() - filled, unread_.size());
      std::memcpy(out.data() + filled, unread_.data(), count);
      unread_ = unread_.subspan(count);
      filled += count;
    }
    return filled;
  }

  size_t held_size() const override { return block_size_; }

 private:
  Result<ByteView> next_block() {
    if (raw_pending_) {
      raw_pending_ = false;
      return std::exchange(rest_, {});
    }
    // Java's writer may be flushed and continued: a header can stand where a block is expected.
    if (has_xerial_header(rest_)) rest_ = rest_.subspan(kXerialHeaderSize);
    if (rest_.empty()) return ByteView();
    if (rest_.size() < sizeof(int32_t)) {
      return codec_error("snappy", "cut short in a block's size");
    }
    const auto size = load_be<int32_t>(rest_.data());
    rest_ = rest_.subspan(sizeof(int32_t));
    if (size <= 0 || static_cast<size_t>(size) > rest_.size()) {
      return codec_error(
          "snappy", cat("a block of ", size, " bytes where ", rest_.size(), " bytes are left"));
    }
    const ByteView block = rest_.first(static_cast<size_t>(size));
    rest_ = rest_.subspan(block.size());
    return block;
  }

  Result<void> unfold(ByteView block) {
    if (block.empty() && framed_) return {};
    const auto* data = reinterpret_cast<const char*>(block.data());
    size_t size = 0;
    if (!snappy::GetUncompressedLength(data, block.size(), &size)) {
      return codec_error("snappy", "no uncompressed size");
    }
    if (size > block.size() * kExpansionMax) {
      return codec_error("snappy", cat(block.size(), " bytes claim to unfold to ", size));
    }
    if (size > size_max_) {
      return kafka_error(ErrorCode::message_too_large,
                         cat("snappy: a block of ", size, " bytes, the limit being ", size_max_));
    }
    if (size > block_size_) {
      block_ = std::make_unique_for_overwrite<std::byte[]>(size);
      block_size_ = size;
    }
    if (!snappy::RawUncompress(data, block.size(), reinterpret_cast<char*>(block_.get()))) {
      return codec_error("snappy", "a corrupt block");
    }
    unread_ = {block_.get(), size};
    return {};
  }

  ByteView rest_;
  size_t size_max_ = 0;
  ByteView unread_;
  bool framed_ = false;
  bool raw_pending_ = false;
  std::unique_ptr<std::byte[]> block_;
  size_t block_size_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor> make_snappy_decompressor() {
  return std::make_unique<SnappyDecompressor>();
}

Result<Bytes> snappy_compress(ByteView bytes) {
  const size_t block_count = (bytes.size() + kXerialBlockSize - 1) / kXerialBlockSize;
  const size_t block_max = sizeof(int32_t) + snappy::MaxCompressedLength(kXerialBlockSize);
  Bytes out(kXerialHeaderSize + block_count * block_max);
  std::memcpy(out.data(), kXerialMagic.data(), kXerialMagic.size());
  store_be<int32_t>(out.data() + 8, kXerialVersion);
  store_be<int32_t>(out.data() + 12, kXerialVersion);
  size_t at = kXerialHeaderSize;
  while (!bytes.empty()) {
    const ByteView block = bytes.first(std::min(bytes.size(), kXerialBlockSize));
    bytes = bytes.subspan(block.size());
    size_t size = 0;
    snappy::RawCompress(reinterpret_cast<const char*>(block.data()), block.size(),
                        reinterpret_cast<char*>(out.data() + at + sizeof(int32_t)), &size);
    store_be<int32_t>(out.data() + at, static_cast<int32_t>(size));
    at += sizeof(int32_t) + size;
  }
  out.resize(at);
  return out;
}

}  // namespace millrace::record
