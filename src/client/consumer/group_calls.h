// OffsetFetch and OffsetCommit: a group's offsets, read and written in one attempt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/consumer/membership.h"
#include "client/gateway.h"

namespace millrace::client {

struct CommittedQuery {
  std::string group;
  /// Nothing: all that have an offset.
  std::optional<std::vector<TopicPartition>> partitions;
  /// unstable_offset_commit, which passes, where a transaction may still change an offset.
  bool is_stable_only = false;
};

/// Partitions without an offset are left out.
Task<Result<Offsets>> fetch_committed(Gateway& gateway, CommittedQuery query, SteadyTime deadline);

/// The first refusal, if any; other partitions of the request may be written all the same.
Task<Result<void>> commit_offsets(Gateway& gateway, GroupIdentity identity, Offsets offsets,
                                  SteadyTime deadline);

}  // namespace millrace::client
