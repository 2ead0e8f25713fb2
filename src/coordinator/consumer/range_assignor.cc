#include <algorithm>
#include <iterator>
#include <vector>

#include "coordinator/consumer/assignor.h"

namespace millrace::coordinator {

namespace {

/// A member that may get more of a topic than what it keeps.
struct Unfilled {
  std::string id;
  size_t kept = 0;
};

void assign_topic(const Uuid& topic, size_t partition_count, const GroupToAssign& group,
                  const std::vector<std::string>& subscribers, GroupAssignment& assignment) {
  const size_t quota = partition_count / subscribers.size();
  size_t extra_count = partition_count % subscribers.size();
  std::vector<bool> is_kept(partition_count, false);
  std::vector<Unfilled> unfilled;
  for (const std::string& id : subscribers) {
    const PartitionSets& target = group.members.at(id).target;
    const auto before = target.find(topic);
    std::vector<int32_t> owned;
    if (before != target.end()) {
      // The lowest numbers stay, of each topic the same ones. A topic never loses partitions, but
      // one of the same id may come back smaller from a copied directory.
      std::ranges::copy_if(before->second, std::back_inserter(owned), [&](int32_t partition) {
        return static_cast<size_t>(partition) < partition_count &&
               !is_kept[static_cast<size_t>(partition)];
      });
    }
    size_t kept = std::min(owned.size(), quota);
    const bool keeps_extra = owned.size() > quota && extra_count > 0;
    if (keeps_extra) {
      ++kept;
      --extra_count;
    }
    for (size_t i = 0; i < kept; ++i) {
      is_kept[static_cast<size_t>(owned[i])] = true;
      assignment[id][topic].insert(owned[i]);
    }
    if (!keeps_extra) unfilled.push_back({id, kept});
  }
  int32_t next = 0;
  for (const Unfilled& member : unfilled) {
    size_t missing = quota - member.kept;
    if (extra_count > 0) {
      ++missing;
      --extra_count;
    }
    for (; missing > 0; --missing) {
      while (is_kept[static_cast<size_t>(next)]) ++next;
      assignment[member.id][topic].insert(next++);
    }
  }
}

}  // namespace

GroupAssignment assign_range(const GroupToAssign& group) {
  GroupAssignment assignment;
  std::map<Uuid, std::vector<std::string>> subscribers;
  for (const auto& [id, member] : group.members) {
    assignment[id];
    for (const Uuid& topic : member.topics) subscribers[topic].push_back(id);
  }
  for (const auto& [topic, ids] : subscribers) {
    const auto count = static_cast<size_t>(group.partition_counts.at(topic));
    assign_topic(topic, count, group, ids, assignment);
  }
  return assignment;
}

}  // namespace millrace::coordinator
