#include <map>
#include <string>
#include <utility>

#include "coordinator/group_coordinator.h"
#include "metrics/tell.h"

namespace millrace::metrics {
namespace {

constexpr Metric kGroups{"millrace_groups", MetricType::gauge, "type, state",
                         "Groups by protocol (classic, consumer) and state"};
constexpr Metric kMembers{"millrace_group_members", MetricType::gauge, "type, state",
                          "Members of groups of this protocol in this state"};

struct Count {
  int64_t groups = 0;
  size_t members = 0;
};

/// A group is of one protocol, and not known to the other one's call.
size_t members_of(const coordinator::GroupCoordinator& groups, const std::string& group_id) {
  return groups.describe(group_id).members.size() +
         groups.describe_consumer_group(group_id).members.size();
}

}  // namespace

void tell_groups(Exposition& out, const coordinator::GroupCoordinator& groups) {
  std::map<std::pair<std::string, std::string>, Count> counts;
  for (const auto& group : groups.list({}).groups) {
    Count& count = counts[{group.type, group.state}];
    ++count.groups;
    count.members += members_of(groups, group.group_id);
  }
  out.begin(kGroups);
  for (const auto& [name, count] : counts) {
    out.sample({{"type", name.first}, {"state", name.second}}, count.groups);
  }
  out.begin(kMembers);
  for (const auto& [name, count] : counts) {
    out.sample({{"type", name.first}, {"state", name.second}}, count.members);
  }
}

}  // namespace millrace::metrics
