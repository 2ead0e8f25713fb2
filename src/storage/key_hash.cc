#include "storage/key_hash.h"

#include <bit>
#include <random>

namespace millrace::storage {
namespace {

/// SipHash (Aumasson and Bernstein), the variant with 128 bits of result.
struct State {
  uint64_t v0;
  uint64_t v1;
  uint64_t v2;
  uint64_t v3;

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void absorb(uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  uint64_t result() const { return v0 ^ v1 ^ v2 ^ v3; }
};

uint64_t little_endian(const std::byte* from, size_t count) {
  uint64_t word = 0;
  for (size_t i = 0; i < count; ++i) word |= std::to_integer<uint64_t>(from[i]) << (8 * i);
  return word;
}

}  // namespace

KeyHasher KeyHasher::random() {
  std::random_device device;
  const auto word = [&device] { return uint64_t{device()} << 32 | device(); };
  const uint64_t low = word();
  return {low, word()};
}

KeyHash KeyHasher::operator()(ByteView key) const {
  constexpr size_t kWord = sizeof(uint64_t);
  State state{.v0 = low_ ^ 0x736f6d6570736575,
              .v1 = high_ ^ 0x646f72616e646f6d ^ 0xee,
              .v2 = low_ ^ 0x6c7967656e657261,
              .v3 = high_ ^ 0x7465646279746573};
  size_t at = 0;
  for (; at + kWord <= key.size(); at += kWord) state.absorb(little_endian(&key[at], kWord));
  state.absorb(uint64_t{key.size()} << 56 | little_endian(key.data() + at, key.size() - at));
  state.v2 ^= 0xee;
  state.rounds(4);
  const uint64_t low = state.result();
  state.v1 ^= 0xdd;
  state.rounds(4);
  return {.high = state.result(), .low = low};
}

}  // namespace millrace::storage
