// The uniform assignor. Where all members subscribe to the same topics, everybody gets the same
// number of partitions or one more, and keeps as many as that allows. Otherwise partitions go to
// the member with the fewest, and then move while that makes two members more equal.
#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/consumer/assignor.h"

namespace millrace::coordinator {

namespace {

using TopicPartition = std::pair<Uuid, int32_t>;

class UniformAssignor {
 public:
  explicit UniformAssignor(const GroupToAssign& group) : group_(group) {
    for (const auto& [id, member] : group.members) {
      sizes_[id] = 0;
      assignment_[id];
      for (const Uuid& topic : member.topics) subscribers_[topic].push_back(id);
    }
  }

  GroupAssignment run() {
    if (group_.members.empty()) return {};
    keep_targets();
    if (has_equal_subscriptions()) {
      fill_to_quotas();
    } else {
      give_to_the_smallest(free_partitions());
      balance();
    }
    return std::move(assignment_);
  }

 private:
  bool has_equal_subscriptions() const {
    const auto& first = group_.members.begin()->second.topics;
    return std::ranges::all_of(group_.members,
                               [&](const auto& entry) { return entry.second.topics == first; });
  }

  void give(const TopicPartition& partition, const std::string& id) {
    assignment_[id][partition.first].insert(partition.second);
    ++sizes_[id];
  }

  void take(const TopicPartition& partition, const std::string& id) {
    const auto topic = assignment_[id].find(partition.first);
    topic->second.erase(partition.second);
    if (topic->second.empty()) assignment_[id].erase(topic);
    --sizes_[id];
  }

  /// Everybody starts with what is left of the target it had.
  void keep_targets() {
    std::set<TopicPartition> given;
    for (const auto& [id, member] : group_.members) {
      for (const auto& [topic, partitions] : member.target) {
        if (!member.topics.contains(topic)) continue;
        for (const int32_t partition : partitions) {
          if (partition >= group_.partition_counts.at(topic)) continue;
          if (given.emplace(topic, partition).second) give({topic, partition}, id);
        }
      }
    }
  }

  std::vector<TopicPartition> free_partitions() const {
    std::set<TopicPartition> given;
    for (const auto& [id, topics] : assignment_) {
      for (const auto& [topic, partitions] : topics) {
        for (const int32_t partition : partitions) given.emplace(topic, partition);
      }
    }
    std::vector<TopicPartition> free;
    for (const auto& [topic, ids] : subscribers_) {
      for (int32_t partition = 0; partition < group_.partition_counts.at(topic); ++partition) {
        if (!given.contains({topic, partition})) free.emplace_back(topic, partition);
      }
    }
    return free;
  }

  void fill_to_quotas() {
    size_t total = 0;
    for (const auto& [topic, ids] : subscribers_) {
      total += static_cast<size_t>(group_.partition_counts.at(topic));
    }
    const size_t quota = total / group_.members.size();
    size_t extra_count = total % group_.members.size();
    std::map<std::string, size_t> quotas;
    // Those who have more than their part already are the ones to have one more.
    for (const bool has_more : {true, false}) {
      for (const auto& [id, size] : sizes_) {
        if ((size > quota) != has_more) continue;
        quotas[id] = quota + (extra_count > 0 ? 1 : 0);
        if (extra_count > 0) --extra_count;
      }
    }
    for (const auto& [id, wanted] : quotas) {
      while (sizes_[id] > wanted) {
        const auto& [topic, partitions] = *assignment_[id].rbegin();
        take({topic, *partitions.rbegin()}, id);
      }
    }
    const auto free = free_partitions();
    auto next = free.begin();
    for (const auto& [id, wanted] : quotas) {
      while (sizes_[id] < wanted) give(*next++, id);
    }
  }

  /// Topics with few subscribers for their partitions come first: there is the least choice.
  void give_to_the_smallest(std::vector<TopicPartition> free) {
    const auto order = [this](const TopicPartition& partition) {
      const auto subscribers = static_cast<double>(subscribers_.at(partition.first).size());
      const double load = group_.partition_counts.at(partition.first) / subscribers;
      return std::tuple(-load, subscribers, partition.second, partition.first);
    };
    std::ranges::sort(free, {}, order);
    for (const TopicPartition& partition : free) give(partition, smallest_of(partition.first));
  }

  const std::string& smallest_of(const Uuid& topic) const {
    return *std::ranges::min_element(subscribers_.at(topic), {},
                                     [this](const std::string& id) { return sizes_.at(id); });
  }

  /// The member with the most partitions among those that own one of the topic, if any.
  const std::string* largest_owner_of(const Uuid& topic) const {
    const std::string* largest = nullptr;
    for (const std::string& id : subscribers_.at(topic)) {
      if (!assignment_.at(id).contains(topic)) continue;
      if (!largest || sizes_.at(id) > sizes_.at(*largest)) largest = &id;
    }
    return largest;
  }

  /// Ends, because each move lowers the sum of the squares of the sizes.
  void balance() {
    for (bool has_moved = true; has_moved;) {
      has_moved = false;
      for (const auto& [topic, ids] : subscribers_) {
        for (;;) {
          const std::string* largest = largest_owner_of(topic);
          const std::string& smallest = smallest_of(topic);
          if (!largest || sizes_.at(*largest) <= sizes_.at(smallest) + 1) break;
          const TopicPartition moved{topic, *assignment_[*largest][topic].rbegin()};
          take(moved, *largest);
          give(moved, smallest);
          has_moved = true;
        }
      }
    }
  }

  const GroupToAssign& group_;
  std::map<Uuid, std::vector<std::string>> subscribers_;
  std::map<std::string, size_t> sizes_;
  GroupAssignment assignment_;
};

}  // namespace

GroupAssignment assign_uniform(const GroupToAssign& group) { return UniformAssignor(group).run(); }

}  // namespace millrace::coordinator
