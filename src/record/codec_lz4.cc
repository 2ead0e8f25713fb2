#include <lz4frame.h>

#include "base/assert.h"
#include "base/text.h"
#include "record/codecs.h"

namespace millrace::record {

namespace {

// The frame descriptor's FLG byte (LZ4 frame format 1.6): version 01, and the bit for independent
// blocks. Java's reader, which everything stored must satisfy, refuses dependent blocks and
// dictionaries.
constexpr size_t kFlagByte = 4;
constexpr std::byte kFlagIndependent{0x20};
constexpr std::byte kFlagDictionary{0x01};

class Lz4Decompressor final : public Decompressor {
 public:
  Lz4Decompressor() {
    MILL_ASSERT(!LZ4F_isError(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION)),
                "out of memory in lz4");
  }
  ~Lz4Decompressor() override { LZ4F_freeDecompressionContext(context_); }
  Lz4Decompressor(const Lz4Decompressor&) = delete;
  Lz4Decompressor& operator=(const Lz4Decompressor&) = delete;

  void start(ByteView input, size_t /*size_max*/) override {
    LZ4F_resetDecompressionContext(context_);
    rest_ = input;
    ended_ = false;
    readable_ = input.size() > kFlagByte &&
                (input[kFlagByte] & kFlagIndependent) == kFlagIndependent &&
                (input[kFlagByte] & kFlagDictionary) == std::byte{0};
  }

  Result<size_t> read(std::span<std::byte> out) override {
    if (!readable_) return codec_error("lz4", "not a frame of independent blocks");
    size_t filled = 0;
    while (filled < out.size() && !ended_) {
      size_t produced = out.size() - filled;
      size_t used = rest_.size();
      const size_t hint =
          LZ4F_decompress(context_, out.data() + filled, &produced, rest_.data(), &used, nullptr);
      if (LZ4F_isError(hint)) return codec_error("lz4", LZ4F_getErrorName(hint));
      rest_ = rest_.subspan(used);
      filled += produced;
      ended_ = hint == 0;
      if (ended_ && !rest_.empty()) {
        return codec_error("lz4", cat(rest_.size(), " bytes behind the frame"));
      }
      if (!ended_ && used == 0 && produced == 0) {
        return codec_error("lz4", "the frame is cut short");
      }
    }
    return filled;
  }

  /// Two blocks of the largest size the format knows.
  size_t held_size() const override { return 8U << 20; }

 private:
  LZ4F_dctx* context_ = nullptr;
  ByteView rest_;
  bool ended_ = true;
  bool readable_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_lz4_decompressor() {
  return std::make_unique<Lz4Decompressor>();
}

Result<Bytes> lz4_compress(ByteView bytes, std::optional<int> level) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.compressionLevel = level.value_or(0);
  Bytes out(LZ4F_compressFrameBound(bytes.size(), &preferences));
  const size_t size =
      LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
  if (LZ4F_isError(size)) {
    return kafka_error(ErrorCode::invalid_config, cat("lz4: ", LZ4F_getErrorName(size)));
  }
  out.resize(size);
  return out;
}

}  // namespace millrace::record
