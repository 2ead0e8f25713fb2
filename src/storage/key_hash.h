// 128-bit hashes of record keys, for the cleaner's table.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace millrace::storage {

struct KeyHash {
  uint64_t high = 0;
  uint64_t low = 0;

  bool operator==(const KeyHash&) const = default;
};

/// SipHash-2-4 with 128 bits of result. Two keys with one hash would cost the older one its record,
/// so the seed is drawn anew for each run: nobody who chooses keys can choose them to collide.
class KeyHasher {
 public:
  KeyHasher(uint64_t seed_low, uint64_t seed_high) : low_(seed_low), high_(seed_high) {}
  static KeyHasher random();

  KeyHash operator()(ByteView key) const;

 private:
  uint64_t low_;
  uint64_t high_;
};

}  // namespace millrace::storage
