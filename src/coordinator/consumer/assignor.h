// Assignors: which member of a group gets which partitions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "coordinator/consumer/consumer_records.h"

namespace millrace::coordinator {

struct MemberToAssign {
  /// The existing topics it subscribes to.
  std::set<Uuid> topics;
  /// Its target so far, of which as much as possible should stay.
  PartitionSets target;
};

struct GroupToAssign {
  std::map<std::string, MemberToAssign> members;
  /// Number of partitions of each topic that a member subscribes to.
  std::map<Uuid, int32_t> partition_counts;
};

/// The new target of every member.
using GroupAssignment = std::map<std::string, PartitionSets>;

enum class Assignor : uint8_t {
  /// Equal numbers for all members, as far as their subscriptions allow.
  uniform,
  /// Per topic equal numbers, the same numbers of all topics to the same member, so that topics
  /// with
  /// equal partitions can be joined.
  range,
};

/// "uniform", "range".
std::string_view assignor_name(Assignor assignor);
std::optional<Assignor> parse_assignor(std::string_view name);

/// Gives each partition to one of its topic's subscribers. Deterministic; members' order is that of
/// their ids.
GroupAssignment assign(Assignor assignor, const GroupToAssign& group);

GroupAssignment assign_uniform(const GroupToAssign& group);
GroupAssignment assign_range(const GroupToAssign& group);

}  // namespace millrace::coordinator
