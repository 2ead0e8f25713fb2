#include "client/partitioner.h"

namespace millrace::client {

uint32_t murmur2(ByteView bytes) {
  constexpr uint32_t kSeed = 0x9747b28c;
  constexpr uint32_t kFactor = 0x5bd1e995;
  const auto byte = [&](size_t at) { return std::to_integer<uint32_t>(bytes[at]); };
  const size_t size = bytes.size();
  uint32_t hash = kSeed ^ static_cast<uint32_t>(size);
  const size_t words = size / 4;
  for (size_t i = 0; i < words; ++i) {
    const size_t at = i * 4;
    uint32_t k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    k *= kFactor;
    k ^= k >> 24;
    k *= kFactor;
    hash = hash * kFactor ^ k;
  }
  const size_t tail = words * 4;
  if (size % 4 == 3) hash ^= byte(tail + 2) << 16;
  if (size % 4 >= 2) hash ^= byte(tail + 1) << 8;
  if (size % 4 >= 1) {
    hash ^= byte(tail);
    hash *= kFactor;
  }
  hash ^= hash >> 13;
  hash *= kFactor;
  return hash ^ hash >> 15;
}

int32_t partition_of_key(ByteView key, int32_t partition_count) {
  return static_cast<int32_t>(murmur2(key) & 0x7fffffff) % partition_count;
}

}  // namespace millrace::client
