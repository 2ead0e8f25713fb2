// Chunks as plain bytes, for those who look at what others send.
#pragma once

#include "base/bytes.h"
#include "io/chunks.h"
#include "millrace/result.h"

namespace millrace::io {

/// The bytes of all chunks, one after the other; file ranges are read, and end where their file
/// does.
Result<Bytes> read_chunks(const Chunks& chunks);

}  // namespace millrace::io
