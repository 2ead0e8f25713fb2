// Where partitions begin and end, and where a time is.
#pragma once

#include <map>

#include "client/gateway.h"

namespace millrace::client {

/// For each partition the first record with that timestamp or a later one, or the place that
/// kEarliest and kLatest stand for; offset -1 where no record is that young. Retries what a change
/// of leaders breaks.
Task<Result<std::map<TopicPartition, OffsetAndTimestamp>>> list_offsets(
    Gateway& gateway, std::map<TopicPartition, int64_t> timestamps, Isolation isolation,
    SteadyTime deadline);

}  // namespace millrace::client
