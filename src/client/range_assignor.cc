#include "client/range_assignor.h"

#include <algorithm>

namespace millrace::client {
namespace {

bool comes_before(const Subscriber& a, const Subscriber& b) {
  if (a.group_instance_id && b.group_instance_id) {
    return *a.group_instance_id < *b.group_instance_id;
  }
  if (a.group_instance_id || b.group_instance_id) return a.group_instance_id.has_value();
  return a.member_id < b.member_id;
}

}  // namespace

std::map<std::string, std::vector<TopicPartition>> assign_ranges(
    std::vector<Subscriber> subscribers, const std::map<std::string, int32_t>& partition_counts) {
  std::ranges::sort(subscribers, comes_before);
  std::map<std::string, std::vector<TopicPartition>> assigned;
  for (const auto& subscriber : subscribers) assigned[subscriber.member_id];
  for (const auto& [topic, count] : partition_counts) {
    std::vector<const Subscriber*> takers;
    for (const auto& subscriber : subscribers) {
      if (std::ranges::find(subscriber.topics, topic) != subscriber.topics.end()) {
        takers.push_back(&subscriber);
      }
    }
    if (takers.empty()) continue;
    const auto taker_count = static_cast<int32_t>(takers.size());
    int32_t next = 0;
    for (int32_t i = 0; i < taker_count; ++i) {
      const int32_t share = count / taker_count + (i < count % taker_count ? 1 : 0);
      auto& partitions = assigned[takers[static_cast<size_t>(i)]->member_id];
      for (int32_t j = 0; j < share; ++j)
        partitions.push_back({.topic = topic, .partition = next++});
    }
  }
  return assigned;
}

}  // namespace millrace::client
