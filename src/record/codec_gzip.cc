#include <zlib.h>

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "record/codecs.h"

namespace millrace::record {

namespace {

// Window bits 15 plus 16: gzip framing, as java.util.zip writes and reads it.
constexpr int kGzipWindowBits = 15 + 16;

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() {
    MILL_ASSERT(inflateInit2(&stream_, kGzipWindowBits) == Z_OK, "out of memory in zlib");
  }
  ~GzipDecompressor() override { inflateEnd(&stream_); }
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;

  void start(ByteView input, size_t /*size_max*/) override {
    inflateReset(&stream_);
    rest_ = input;
    stream_.avail_in = 0;
    ended_ = false;
  }

  Result<size_t> read(std::span<std::byte> out) override {
    size_t filled = 0;
    while (filled < out.size() && !ended_) {
      feed();
      const size_t room = std::min<size_t>(out.size() - filled, 1U << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
      stream_.avail_out = static_cast<uInt>(room);
      const int code = inflate(&stream_, Z_NO_FLUSH);
      filled += room - stream_.avail_out;
      if (code == Z_STREAM_END) {
        // Java reads concatenated members as one stream.
        if (stream_.avail_in == 0 && rest_.empty()) {
          ended_ = true;
        } else {
          inflateReset(&stream_);
        }
      } else if (code == Z_BUF_ERROR || (code == Z_OK && input_is_used_up() && stream_.avail_out)) {
        return codec_error("gzip", "the stream is cut short");
      } else if (code != Z_OK) {
        return codec_error("gzip", stream_.msg != nullptr ? stream_.msg : "not a gzip stream");
      }
    }
    return filled;
  }

  size_t held_size() const override { return 48U << 10; }

 private:
  bool input_is_used_up() const { return stream_.avail_in == 0 && rest_.empty(); }

  /// zlib counts its input in 32 bits.
  void feed() {
    if (stream_.avail_in > 0 || rest_.empty()) return;
    const size_t count = std::min<size_t>(rest_.size(), 1U << 30);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(rest_.data()));
    stream_.avail_in = static_cast<uInt>(count);
    rest_ = rest_.subspan(count);
  }

  z_stream stream_ = {};
  ByteView rest_;
  bool ended_ = true;
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip_decompressor() {
  return std::make_unique<GzipDecompressor>();
}

Result<Bytes> gzip_compress(ByteView bytes, std::optional<int> level) {
  constexpr int kMemoryLevel = 8;
  z_stream stream = {};
  if (deflateInit2(&stream, level.value_or(Z_DEFAULT_COMPRESSION), Z_DEFLATED, kGzipWindowBits,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return kafka_error(ErrorCode::invalid_config, cat("gzip refuses level ", level.value_or(-1)));
  }
  Bytes out(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  MILL_ASSERT(code == Z_STREAM_END, "deflate did not fit its own bound");
  return out;
}

}  // namespace millrace::record
