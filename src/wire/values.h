// The field values that are neither numbers nor text: record sets.
#pragma once

#include "base/bytes.h"
#include "io/chunks.h"

namespace millrace::wire {

/// Record batches inside a request frame, not copied: valid as long as the frame is.
struct RecordsView {
  ByteView bytes;

  friend bool operator==(const RecordsView& a, const RecordsView& b) {
    return equal_bytes(a.bytes, b.bytes);
  }
};

/// Record batches of a Fetch answer: memory and file ranges that go out without being copied. Read
/// from the wire it is one chunk, or none where the sender said null.
struct FetchRecords {
  io::Chunks chunks;

  /// Same pieces: equal bytes in memory, the same ranges of the same files.
  friend bool operator==(const FetchRecords& a, const FetchRecords& b);
};

}  // namespace millrace::wire
