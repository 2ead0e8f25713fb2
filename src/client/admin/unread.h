// Finds the first record that a group has yet to read, by reading.
#pragma once

#include "client/gateway.h"
#include "millrace/group_lag.h"

namespace millrace::client {

/// A partition whose `lag` knows committed, log_start and readable_end.
struct UnreadSearch {
  TopicPartition name;
  int32_t leader = -1;
  PartitionLag* lag = nullptr;
};

/// Fills in `first_unread`, of records below `readable_end`, and moves `log_start` where retention
/// overtakes the search. Reads from the committed offset on, a few batches at a time, until a
/// record comes that `isolation` shows: in all but odd logs the first answer has it. Fails where
/// the leader could not be asked or is no leader; what is wrong with the partition itself goes to
/// `lag->error`.
Task<Result<void>> find_unread(Gateway& gateway, UnreadSearch search, Isolation isolation,
                               SteadyTime deadline);

/// Errors that fresh metadata mends: somebody else leads the partition.
bool is_about_leaders(const Error& error);

}  // namespace millrace::client
