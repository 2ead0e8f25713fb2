// When a group is caught up: which offset it has to reach in each partition, and what is left
// below.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/start_point.h"
#include "millrace/admin.h"
#include "millrace/result.h"

namespace millrace::server {

/// What is to be caught up with.
struct CatchUpWish {
  std::string group;
  /// Empty: all in which the group has committed or is assigned partitions.
  std::vector<std::string> topics = {};
  /// Empty: all of these topics.
  std::vector<int32_t> partitions = {};
  Isolation isolation = Isolation::read_uncommitted;
  /// Records in front of the first one with this timestamp (ms since 1970) or a later one. Nothing:
  /// all that are there now.
  std::optional<int64_t> before_ms = std::nullopt;
};

/// The wish as offsets. They stay, whatever is written later: an end that moves may never be
/// reached.
struct CatchUpGoal {
  std::string group;
  Isolation isolation = Isolation::read_uncommitted;
  /// Below these no readable record may be left.
  PartitionOffsets targets;
  /// Where the group had committed when the goal was set.
  std::set<TopicPartition> committed;
  /// Topics that are deleted already although the group has offsets there; not waited for.
  std::set<std::string> left_out;

  /// Those of the targets, each once.
  std::vector<std::string> topics() const;
};

/// Finds the goal. unknown_topic_or_partition: a topic or partition of the wish does not exist;
/// group_id_not_found: there is no such group, or nothing is committed or assigned;
/// rebalance_in_progress: its members have nothing yet, so ask again.
Result<CatchUpGoal> set_goal(Admin& admin, const CatchUpWish& wish);

/// How far a group is from a goal.
struct CatchUpState {
  /// Why not yet, in words, of each partition that is behind.
  std::map<TopicPartition, std::string> missing;
  /// Partitions that can never get there, since they, or the group's offset, were deleted.
  std::map<TopicPartition, std::string> gone;
  /// Offsets that are left below the targets; control batches count too.
  int64_t records = 0;
};

CatchUpState assess(const CatchUpGoal& goal, const GroupLag& lag);

}  // namespace millrace::server
