// Chunks as plain bytes, for those who look at what others send.
#pragma once

#include "base/bytes.h"
#include "io/chunks.h"
#include "millrace/result.h"

namespace millrace::io {

/// The bytes of all chunks, one after the other; file ranges are read, and end where their file
/// does.
Result<Bytes> read_chunks(const Chunks& chunks);

/// One chunk in memory: shared where it is there already, read where it is not.
Result<SharedBytes> load_chunk(Chunk chunk);

}  // namespace millrace::io
