// One request to a leader about where its partitions' records are: ListOffsets, or
// OffsetForLeaderEpoch (KIP-320).
#pragma once

#include <cstdint>
#include <vector>

#include "client/consumer/fetched_data.h"
#include "client/gateway.h"

namespace millrace::client {

/// What is asked of one partition.
struct PositionAsk {
  TopicPartition name;
  /// The leader epoch that is known, -1 for none: a leader of another one refuses.
  int32_t leader_epoch = -1;
  /// Which record: the first with this timestamp or a later one, or what kEarliest and kLatest
  /// stand for.
  int64_t timestamp_ms = 0;
  /// Whose end: that of the last record read.
  int32_t read_epoch = -1;
};

/// Answers about one partition; offset -1 where there is no such place.
using PositionAnswer = Result<Position>;

/// Both answer for each of `asks` in order; an Error as a whole where there was no answer.
Task<Result<std::vector<PositionAnswer>>> find_by_time(Gateway& gateway, LinkPtr link,
                                                       Isolation isolation,
                                                       std::vector<PositionAsk> asks,
                                                       SteadyTime deadline);
Task<Result<std::vector<PositionAnswer>>> find_epoch_ends(Gateway& gateway, LinkPtr link,
                                                          std::vector<PositionAsk> asks,
                                                          SteadyTime deadline);

}  // namespace millrace::client
