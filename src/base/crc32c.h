// CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of Kafka's record batches.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace millrace {

/// The checksum of `bytes` following data whose checksum was `previous` (0 at the start).
/// Uses the processor's CRC and carry-less multiplication instructions where present (ISA-L chooses
/// at run time).
uint32_t crc32c(ByteView bytes, uint32_t previous = 0);

}  // namespace millrace
