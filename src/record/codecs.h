// The four codecs behind compression.h and decompressor.h; internal to this layer.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "millrace/result.h"
#include "record/decompressor.h"

namespace millrace::record {

std::unique_ptr<Decompressor> make_gzip_decompressor();
std::unique_ptr<Decompressor> make_snappy_decompressor();
std::unique_ptr<Decompressor> make_lz4_decompressor();
std::unique_ptr<Decompressor> make_zstd_decompressor();

Result<Bytes> gzip_compress(ByteView bytes, std::optional<int> level);
Result<Bytes> snappy_compress(ByteView bytes);
Result<Bytes> lz4_compress(ByteView bytes, std::optional<int> level);
Result<Bytes> zstd_compress(ByteView bytes, std::optional<int> level);

/// `invalid_record`: what the codec made of its input.
Error codec_error(std::string_view codec, std::string_view finding);

}  // namespace millrace::record
