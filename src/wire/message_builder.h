// MessageBuilder: collects an outgoing message, small fields by copying, record sets by reference.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "io/chunks.h"

namespace millrace::wire {

/// A message as the socket sends it: its chunks one after the other.
struct EncodedMessage {
  io::Chunks chunks;

  size_t size() const { return io::size_of(chunks); }
};

/// Used by one thread. All copied bytes share one buffer, so a message without record sets is one
/// allocation and one chunk.
class MessageBuilder {
 public:
  explicit MessageBuilder(size_t copied_bytes_expected = 0) : copied_(copied_bytes_expected) {}

  /// Where the fields that are copied are written.
  ByteWriter& writer() { return copied_; }

  /// Puts `chunks` behind what was written so far.
  void append(const io::Chunks& chunks);

  /// Bytes of the message so far, chunks included.
  size_t size() const { return copied_.size() + appended_bytes_; }

  /// The message; the builder is empty afterwards.
  EncodedMessage finish();

 private:
  struct Insertion {
    size_t behind;  // copied bytes in front of it
    io::Chunk chunk;
  };

  ByteWriter copied_;
  std::vector<Insertion> insertions_;
  size_t appended_bytes_ = 0;
};

}  // namespace millrace::wire
