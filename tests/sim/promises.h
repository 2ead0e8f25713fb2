// What a broker has answered so far, and what it was in the middle of: the measure for what must
// be there after the power went.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/uuid.h"

namespace millrace::sim {

/// Partitions are named by topic id: a topic made anew under an old name owes nothing of the old
/// one.
struct PartitionKey {
  Uuid topic_id;
  int32_t partition = 0;

  auto operator<=>(const PartitionKey&) const = default;
};

struct PartitionPromises {
  /// Values by offset of batches that were answered with acks=all.
  std::map<int64_t, std::string> records;
  /// The highest offset given to DeleteRecords, and the highest one answered.
  int64_t start_asked = 0;
  int64_t start_answered = 0;
};

struct CommittedOffset {
  /// Answered; -1 before the first answer.
  int64_t answered = -1;
  /// Asked for, answered or not. Commits of a workload only rise.
  int64_t asked = -1;
};

struct TopicPromises {
  std::string name;
  int32_t partitions = 0;
  /// Its deletion began: it may be there or not.
  bool deletion_began = false;
  /// `retention.ms`, answered and asked for last.
  std::optional<std::string> retention_answered;
  std::optional<std::string> retention_asked;
};

/// One transaction of the workload.
struct TransactionPromises {
  /// What it wrote and was answered for, by partition.
  std::map<PartitionKey, std::map<int64_t, std::string>> records;
  bool commit_asked = false;
  bool commit_answered = false;
};

struct Promises {
  std::map<Uuid, TopicPromises> topics;
  std::set<Uuid> deleted_topics;
  std::map<PartitionKey, PartitionPromises> partitions;
  /// By group, then partition.
  std::map<std::pair<std::string, PartitionKey>, CommittedOffset> commits;
  std::vector<TransactionPromises> transactions;
};

}  // namespace millrace::sim
