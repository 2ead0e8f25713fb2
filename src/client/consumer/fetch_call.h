// One Fetch request, and what its answer says of each partition.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "client/consumer/fetched_data.h"
#include "client/gateway.h"

namespace millrace::client {

struct FetchTerms {
  FetchedData::Terms data;
  Milliseconds max_wait{0};
  int32_t bytes_min = 1;
  int32_t bytes_max = 0;
  int32_t partition_bytes_max = 0;
};

/// What is asked of one partition.
struct FetchAsk {
  TopicPartition name;
  Position from;
  /// The leader epoch that is known, -1 for none: a leader of another one refuses.
  int32_t leader_epoch = -1;
};

/// Answers about one partition: its records, null where there are none now, or why not.
using FetchAnswer = Result<std::unique_ptr<FetchedData>>;

/// Answers for each of `asks` in order; an Error as a whole where there was no answer.
Task<Result<std::vector<FetchAnswer>>> fetch(Gateway& gateway, LinkPtr link, FetchTerms terms,
                                             std::vector<FetchAsk> asks, SteadyTime deadline);

}  // namespace millrace::client
