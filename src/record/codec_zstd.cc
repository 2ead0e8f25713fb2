#include <zstd.h>

#include "base/assert.h"
#include "base/text.h"
#include "record/codecs.h"

namespace millrace::record {

namespace {

// What zstd's own default and Java's reader accept; level 22 uses all of it.
constexpr int kWindowLogMax = 27;

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : context_(ZSTD_createDCtx()) {
    MILL_ASSERT(context_ != nullptr, "out of memory in zstd");
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLogMax);
  }
  ~ZstdDecompressor() override { ZSTD_freeDCtx(context_); }
  ZstdDecompressor(const ZstdDecompressor&) = delete;
  ZstdDecompressor& operator=(const ZstdDecompressor&) = delete;

  void start(ByteView input, size_t /*size_max*/) override {
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
    input_ = {input.data(), input.size(), 0};
    frame_open_ = true;
  }

  Result<size_t> read(std::span<std::byte> out) override {
    ZSTD_outBuffer output = {out.data(), out.size(), 0};
    // Frames one behind the other read as one stream.
    while (output.pos < output.size && (frame_open_ || input_.pos < input_.size)) {
      const size_t used_before = input_.pos;
      const size_t filled_before = output.pos;
      const size_t hint = ZSTD_decompressStream(context_, &output, &input_);
      if (ZSTD_isError(hint)) return codec_error("zstd", ZSTD_getErrorName(hint));
      frame_open_ = hint != 0;
      const bool idle = input_.pos == used_before && output.pos == filled_before;
      if (frame_open_ && idle) return codec_error("zstd", "the frame is cut short");
    }
    return output.pos;
  }

  size_t held_size() const override { return ZSTD_sizeof_DCtx(context_); }

 private:
  ZSTD_DCtx* context_;
  ZSTD_inBuffer input_ = {};
  bool frame_open_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd_decompressor() {
  return std::make_unique<ZstdDecompressor>();
}

Result<Bytes> zstd_compress(ByteView bytes, std::optional<int> level) {
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                                  &ZSTD_freeCCtx);
  MILL_ASSERT(context != nullptr, "out of memory in zstd");
  Bytes out(ZSTD_compressBound(bytes.size()));
  const size_t size = ZSTD_compressCCtx(context.get(), out.data(), out.size(), bytes.data(),
                                        bytes.size(), level.value_or(ZSTD_CLEVEL_DEFAULT));
  if (ZSTD_isError(size)) {
    return kafka_error(ErrorCode::invalid_config, cat("zstd: ", ZSTD_getErrorName(size)));
  }
  out.resize(size);
  return out;
}

}  // namespace millrace::record
