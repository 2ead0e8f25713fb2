// Compression of whole buffers, in the framings that Kafka's clients write and read.
#pragma once

#include "base/bytes.h"
#include "millrace/result.h"
#include "record/codec.h"

namespace millrace::record {

/// `bytes` compressed: gzip; snappy in Java's xerial framing (blocks of 32 KiB); lz4 as a frame of
/// independent 64 KiB blocks; zstd as one frame. `none` copies. Fails only when memory or the level
/// is refused (`invalid_config`).
Result<Bytes> compress(Compression compression, ByteView bytes);

/// The inverse, for snappy also of a raw block. `message_too_large` beyond `size_max` bytes,
/// `invalid_record` for what the codec cannot read. Never allocates more than twice what was
/// really unfolded.
Result<Bytes> decompress(Codec codec, ByteView bytes, size_t size_max);

/// True where `level` is one that the codec takes.
bool is_valid_level(Codec codec, int level);

}  // namespace millrace::record
