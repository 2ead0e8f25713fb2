#include <algorithm>

#include "client/consumer/assignors.h"

namespace millrace::client {

Shares assign_ranges(std::vector<Subscriber> subscribers, const PartitionCounts& counts) {
  std::ranges::sort(subscribers, comes_before);
  Shares shares;
  for (const auto& subscriber : subscribers) shares[subscriber.member_id];
  for (const auto& [topic, count] : counts) {
    std::vector<const Subscriber*> takers;
    for (const auto& subscriber : subscribers) {
      const auto& topics = subscriber.subscription.topics;
      if (std::ranges::find(topics, topic) != topics.end()) takers.push_back(&subscriber);
    }
    if (takers.empty()) continue;
    const auto taker_count = static_cast<int32_t>(takers.size());
    int32_t next = 0;
    for (int32_t i = 0; i < taker_count; ++i) {
      const int32_t share = count / taker_count + (i < count % taker_count ? 1 : 0);
      auto& partitions = shares[takers[static_cast<size_t>(i)]->member_id];
      for (int32_t j = 0; j < share; ++j)
        partitions.push_back({.topic = topic, .partition = next++});
    }
  }
  return shares;
}

}  // namespace millrace::client
