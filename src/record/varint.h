// Varints in the inner loop of record parsing: one branch for the one-byte case that most fields
// are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace millrace::record {

/// A place in bytes that end at `end`. After `failed` nothing read is meaningful.
struct Cursor {
  const std::byte* at;
  const std::byte* end;
  bool failed = false;

  size_t remaining() const { return static_cast<size_t>(end - at); }

  uint64_t uvarint(int bytes_max) {
    if (at < end && (*at & std::byte{0x80}) == std::byte{0}) [[likely]] {
      return static_cast<uint64_t>(*at++);
    }
    uint64_t value = 0;
    for (int i = 0; i < bytes_max && at < end; ++i) {
      const auto byte = static_cast<uint64_t>(*at++);
      value |= (byte & 0x7f) << (7 * i);
      if ((byte & 0x80) == 0) return value;
    }
    failed = true;
    return 0;
  }

  /// Five bytes carry 35 bits; Kafka drops what does not fit 32, and so does this.
  int32_t varint32() {
    const auto raw = static_cast<uint32_t>(uvarint(5));
    return static_cast<int32_t>(raw >> 1) ^ -static_cast<int32_t>(raw & 1);
  }
  int64_t varint64() { return unzigzag(uvarint(10)); }

  /// The next `count` bytes, a negative count or one past the end being a failure.
  ByteView take(int32_t count) {
    if (count < 0 || static_cast<size_t>(count) > remaining()) [[unlikely]] {
      failed = true;
      return {};
    }
    const ByteView taken(at, static_cast<size_t>(count));
    at += count;
    return taken;
  }
};

}  // namespace millrace::record
