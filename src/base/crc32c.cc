#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace millrace {

uint32_t crc32c(ByteView bytes, uint32_t previous) {
  // ISA-L takes an int length and a non-const pointer (it only reads), and leaves the final
  // inversion to its caller.
  constexpr size_t kChunkMax = 1U << 30;
  uint32_t state = ~previous;
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kChunkMax);
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
    state = crc32_iscsi(data, static_cast<int>(count), state);
    bytes = bytes.subspan(count);
  }
  return ~state;
}

}  // namespace millrace
