// Streams of decompressed bytes, with contexts and buffers that each thread keeps and reuses.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.h"
#include "millrace/result.h"
#include "record/codec.h"

namespace millrace::record {

/// Turns one compressed input into bytes, piece by piece. Its memory is bounded by the codec's
/// window (zstd: at most 128 MiB as in Kafka, others 64 KiB; a raw snappy block can only be
/// unfolded whole: 22 times its size at most).
class Decompressor {
 public:
  virtual ~Decompressor() = default;

  /// Begins with a new input, whose bytes must outlive the reading. Forgets the previous one.
  /// `size_max` is what the caller will read at most; a codec that must unfold whole blocks refuses
  /// a larger one (`message_too_large`).
  virtual void start(ByteView input, size_t size_max) = 0;

  /// Fills `out` from its front; fewer bytes than `out` holds only at the end, 0 when nothing is
  /// left. `invalid_record` when the input is not what the codec writes or is cut short.
  virtual Result<size_t> read(std::span<std::byte> out) = 0;

  /// Memory to be kept when this goes back to its pool.
  virtual size_t held_size() const = 0;
};

/// A decompressor borrowed from the thread's pool; goes back when the lease ends.
class DecompressorLease {
 public:
  DecompressorLease() = default;
  /// `codec` must not be none.
  explicit DecompressorLease(Codec codec);
  ~DecompressorLease() { give_back(); }
  DecompressorLease(DecompressorLease&& other) noexcept = default;
  DecompressorLease& operator=(DecompressorLease&& other) noexcept;

  Decompressor* operator->() const { return held_.get(); }
  explicit operator bool() const { return held_ != nullptr; }

 private:
  void give_back();

  std::unique_ptr<Decompressor> held_;
  Codec codec_ = Codec::none;
};

/// A buffer borrowed from the thread's pool; goes back when the lease ends, if it is not large.
class BufferLease {
 public:
  BufferLease() = default;
  ~BufferLease() { give_back(); }
  BufferLease(BufferLease&& other) noexcept = default;
  BufferLease& operator=(BufferLease&& other) noexcept;

  /// A buffer of 64 KiB or more, its contents unspecified.
  static BufferLease take();
  /// Moves the first `keep` bytes into a buffer of `size`.
  void grow(size_t size, size_t keep);

  std::byte* data() const { return buffer_.bytes.get(); }
  size_t size() const { return buffer_.size; }

 private:
  struct Buffer {
    std::unique_ptr<std::byte[]> bytes;
    size_t size = 0;
  };
  struct Pool;
  void give_back();

  Buffer buffer_;
};

}  // namespace millrace::record
