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

#include "base/strong.h"
#include "base/uuid.h"
#include "coordinator/transactions/transaction.h"

namespace millrace::sim {

/// `delete.retention.ms` of compacted topics.
inline constexpr int64_t kDeleteRetentionMs = 60'000;

struct Record {
  std::string key;
  /// Nothing: a tombstone.
  std::optional<std::string> value;

  bool operator==(const Record&) const = default;
};

/// A record that was sent, whatever became of it.
struct SentRecord {
  Record record;
  int64_t sent_ms = 0;
  /// Where in Promises::transactions; nothing outside of transactions.
  std::optional<size_t> transaction;
  /// Answered with acks=all.
  bool acknowledged = false;
};

/// Partitions are named by topic id: a topic made anew under an old name owes nothing of the old
/// one.
struct PartitionKey {
  Uuid topic_id;
  int32_t partition = 0;

  auto operator<=>(const PartitionKey&) const = default;
};

struct LastBatch {
  int32_t last_sequence = -1;
  int64_t last_offset = -1;
};

struct PartitionPromises {
  /// What was sent, by the offset that it was or would have been given.
  std::map<int64_t, SentRecord> sent;
  /// Of idempotent producers, what was acknowledged last.
  std::map<ProducerId, LastBatch> last_batches;
  /// The highest offset given to DeleteRecords, and the highest one answered.
  int64_t start_asked = 0;
  int64_t start_answered = 0;
  /// From here on no round of cleaning may have touched anything.
  int64_t uncleaned_from = 0;
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
  bool compacted = false;
  /// Its deletion began: it may be there or not.
  bool deletion_began = false;
  /// `retention.ms`, answered and asked for last.
  std::optional<std::string> retention_answered;
  std::optional<std::string> retention_asked;
};

/// One transaction of the workload; its records are those that name it.
struct TransactionPromises {
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
  /// The last that was answered to each transactional id.
  std::map<std::string, coordinator::ProducerIdentity> transactional_ids;
  /// When the last round of cleaning began.
  int64_t cleaned_at_ms = 0;
};

}  // namespace millrace::sim
