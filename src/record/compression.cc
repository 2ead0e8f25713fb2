#include "record/compression.h"

#include <zstd.h>

#include <algorithm>

#include "base/text.h"
#include "record/codecs.h"

namespace millrace::record {

Error codec_error(std::string_view codec, std::string_view finding) {
  return kafka_error(ErrorCode::invalid_record, cat(codec, ": ", finding));
}

bool is_valid_level(Codec codec, int level) {
  switch (codec) {
    case Codec::gzip: return level == -1 || (level >= 1 && level <= 9);
    case Codec::lz4: return level >= 1 && level <= 17;
    case Codec::zstd: return level >= ZSTD_minCLevel() && level <= ZSTD_maxCLevel();
    case Codec::none:
    case Codec::snappy: return false;
  }
  return false;
}

Result<Bytes> compress(Compression compression, ByteView bytes) {
  if (compression.level && !is_valid_level(compression.codec, *compression.level)) {
    return kafka_error(ErrorCode::invalid_config,
                       cat(codec_name(compression.codec), " has no level ", *compression.level));
  }
  if (bytes.size() > INT32_MAX) {
    return kafka_error(ErrorCode::message_too_large, cat(bytes.size(), " bytes to compress"));
  }
  switch (compression.codec) {
    case Codec::none: return copy_of(bytes);
    case Codec::gzip: return gzip_compress(bytes, compression.level);
    case Codec::snappy: return snappy_compress(bytes);
    case Codec::lz4: return lz4_compress(bytes, compression.level);
    case Codec::zstd: return zstd_compress(bytes, compression.level);
  }
  return kafka_error(ErrorCode::unsupported_compression_type, "unknown codec");
}

Result<Bytes> decompress(Codec codec, ByteView bytes, size_t size_max) {
  const auto too_large = [&] {
    return kafka_error(ErrorCode::message_too_large,
                       cat("more than ", size_max, " bytes when decompressed"));
  };
  if (codec == Codec::none) {
    if (bytes.size() > size_max) return too_large();
    return copy_of(bytes);
  }
  DecompressorLease stream(codec);
  stream->start(bytes, size_max);
  Bytes out;
  constexpr size_t kStepMin = 16U << 10;
  size_t filled = 0;
  while (true) {
    // One byte beyond the limit tells a full result from a longer one.
    const size_t step = std::min(std::max(filled, kStepMin), size_max - filled + 1);
    out.resize(filled + step);
    auto got = stream->read({out.data() + filled, step});
    if (!got) return std::move(got).error();
    filled += *got;
    if (filled > size_max) return too_large();
    if (*got < step) break;
  }
  out.resize(filled);
  return out;
}

}  // namespace millrace::record
