#include <algorithm>
#include <set>

#include "client/consumer/assignors.h"

namespace millrace::client {

Shares assign_in_turn(std::vector<Subscriber> subscribers, const PartitionCounts& counts) {
  std::ranges::sort(subscribers, comes_before);
  Shares shares;
  std::vector<std::set<std::string>> topics;
  std::set<std::string> subscribed;
  for (const auto& [member_id, instance_id, subscription] : subscribers) {
    shares[member_id];
    topics.emplace_back(subscription.topics.begin(), subscription.topics.end());
    subscribed.insert(subscription.topics.begin(), subscription.topics.end());
  }
  size_t turn = 0;
  for (const auto& [topic, count] : counts) {
    if (!subscribed.contains(topic)) continue;
    for (int32_t partition = 0; partition < count; ++partition) {
      while (!topics[turn].contains(topic)) turn = (turn + 1) % topics.size();
      shares[subscribers[turn].member_id].push_back({.topic = topic, .partition = partition});
      turn = (turn + 1) % topics.size();
    }
  }
  return shares;
}

}  // namespace millrace::client
