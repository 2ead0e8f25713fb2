// GroupLag: how far a consumer group is behind, in records and in time, as Admin::group_lag finds
// it; and what two looks at it tell: whether it catches up, and when.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "millrace/clock.h"
#include "millrace/options.h"
#include "millrace/record.h"
#include "millrace/result.h"

namespace millrace {

struct GroupLagOptions {
  /// Whose view: with read_committed the log ends at the last stable offset, and records of aborted
  /// transactions are not there.
  Isolation isolation = Isolation::read_uncommitted;
  /// All partitions of these topics and no others. Empty: the partitions in which the group has
  /// committed or which its members are assigned.
  std::vector<std::string> topics = {};
  /// Asks for the topics' configuration, too; without it until_retention stays empty.
  bool retention = true;
};

/// A record that a group has yet to read.
struct UnreadRecord {
  int64_t offset = 0;
  /// Milliseconds since 1970; nothing for a record without.
  std::optional<int64_t> timestamp_ms;
};

struct PartitionLag {
  /// Why the rest is not known: unknown_topic_or_partition where the topic was deleted and the
  /// group's offset was not, leader_not_available, kafka_storage_error, corrupt_message …
  std::optional<Error> error = std::nullopt;
  /// The next record the group will read; nothing where it has not committed.
  std::optional<int64_t> committed = std::nullopt;
  int64_t log_start = 0;
  /// The high watermark, or the last stable offset for read_committed.
  int64_t readable_end = 0;
  /// The first record that is behind the committed offset and that the group will be shown. Control
  /// batches, aborted records (read_committed) and offsets that compaction emptied are not, so this
  /// may lie well behind the committed offset, and there may be none although that is not the end.
  /// Where nothing is committed: the first such record of the log.
  std::optional<UnreadRecord> first_unread = std::nullopt;
  /// Now minus the first unread record's timestamp, never negative; zero where there is none.
  /// Nothing where nothing is committed or the record has no timestamp.
  std::optional<milliseconds> time = std::nullopt;
  /// After so long retention.ms may take the first unread record; not before, since whole segments
  /// go, each when its youngest record is old enough. Nothing where nothing is unread or no time
  /// limits the topic.
  std::optional<milliseconds> until_retention = std::nullopt;
  /// retention.bytes is set: enough new bytes take records earlier than that. When depends on what
  /// will be written, so it is not told.
  bool has_size_limit = false;

  /// No record is left to read; exact, also where offsets below readable_end are left.
  bool caught_up() const { return !error && !first_unread; }
  /// Offsets from the first unread record to the readable end. Those of control batches and removed
  /// records in between count as well: only reading would tell them apart. Nothing where nothing is
  /// committed or there was an error.
  std::optional<int64_t> records() const;
  /// Offsets that the group never read and that are gone: from the committed one to the log start.
  int64_t lost() const;
};

/// One look at a group.
struct GroupLag {
  std::string group;
  /// By the client's clock.
  int64_t taken_at_ms = 0;
  SteadyTime taken_at = {};
  std::map<TopicPartition, PartitionLag> partitions;

  /// Nothing is left to read in any partition, and all are known.
  bool caught_up() const;
  /// The sum of what is known.
  int64_t records() const;
  /// The longest that is known; nothing where none is.
  std::optional<milliseconds> time() const;
  /// The shortest that is known; nothing where none is.
  std::optional<milliseconds> until_retention() const;
};

/// How a partition's lag changed between two looks. Rates are offsets per second.
struct LagTrend {
  double written_per_s = 0;
  /// Negative where the group's offset was moved back.
  double read_per_s = 0;
  /// At these rates; zero where it is caught up, nothing where the lag does not shrink.
  std::optional<milliseconds> to_catch_up = std::nullopt;

  /// By how much the lag shrinks; negative while it grows.
  double drained_per_s() const { return read_per_s - written_per_s; }
};

using LagTrends = std::map<TopicPartition, LagTrend>;

/// For each partition that both looks know and in which the group had committed in both. Empty
/// where no time lies between them. The longer that is, the steadier the rates: seconds at least.
LagTrends lag_trends(const GroupLag& before, const GroupLag& after);
/// When the last of them has caught up; nothing where one does not, or there are none.
std::optional<milliseconds> time_to_catch_up(const LagTrends& trends);

}  // namespace millrace
