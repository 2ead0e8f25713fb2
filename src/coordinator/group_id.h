// Which partition of `__consumer_offsets` a group lives in.
#pragma once

#include <string_view>

#include "base/strong.h"

namespace millrace::coordinator {

/// Java's String.hashCode of UTF-8 text: over UTF-16 units, modulo 2^32.
int32_t java_string_hash(std::string_view text);

/// Kafka's choice: the absolute value of the hash (0 for -2^31, which has none) modulo `count`,
/// which must be positive.
PartitionId partition_of_group(std::string_view group_id, int32_t count);

}  // namespace millrace::coordinator
