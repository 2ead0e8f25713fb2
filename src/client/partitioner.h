// Which partition a key belongs to, as Kafka's Java clients choose it.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace millrace::client {

/// MurmurHash2 with Kafka's seed.
uint32_t murmur2(ByteView bytes);

/// The partition, below `partition_count`, of every record with that key.
int32_t partition_of_key(ByteView key, int32_t partition_count);

}  // namespace millrace::client
