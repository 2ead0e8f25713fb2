// Looking at groups from outside and changing their offsets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/cluster.h"
#include "client/offsets.h"
#include "millrace/admin.h"

namespace millrace::client {

/// The groups of all brokers, by name.
Result<std::vector<GroupListing>> list_groups(Cluster& cluster, CallLimits limits);

/// group_id_not_found where there is no such group, whatever version the broker speaks.
Result<GroupDescription> describe_group(Cluster& cluster, const std::string& group,
                                        CallLimits limits);

/// All offsets the group has committed.
Result<PartitionOffsets> committed_offsets(Cluster& cluster, const std::string& group,
                                           CallLimits limits);

/// Who commits; the defaults are nobody of the group, which the coordinator allows while the group
/// has no members.
struct Committer {
  std::string member_id;
  int32_t generation = -1;
  std::optional<std::string> instance_id = std::nullopt;
};
Result<void> commit_offsets(Cluster& cluster, const std::string& group,
                            const PartitionOffsets& offsets, const Committer& committer,
                            CallLimits limits);

/// non_empty_group, group_id_not_found.
Result<void> delete_group(Cluster& cluster, const std::string& group, CallLimits limits);

}  // namespace millrace::client
