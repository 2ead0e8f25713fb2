#include "client/consumer/group_topics.h"

#include <algorithm>

namespace millrace::client {

Result<bool> GroupTopics::subscribe(Subscription subscription) {
  std::ranges::sort(subscription.topics);
  if (subscription == subscription_) return false;
  std::optional<TopicPattern> pattern;
  if (!subscription.pattern.empty()) {
    MILL_TRY(pattern, TopicPattern::compile(subscription.pattern));
  }
  pattern_ = std::move(pattern);
  names_ = subscription.topics;
  subscription_ = std::move(subscription);
  return true;
}

bool GroupTopics::is_subscribed(const std::string& topic) const {
  return pattern_ ? pattern_->matches(topic) : std::ranges::binary_search(names_, topic);
}

Task<Result<std::vector<std::string>>> GroupTopics::find_matching(SteadyTime deadline) {
  auto looking = gateway_.topics(deadline);
  MILL_CO_TRY(const auto topics, co_await looking);
  std::vector<std::string> matching;
  for (const TopicDescription& topic : topics) {
    const bool is_meant = pattern_ && !topic.internal && pattern_->matches(topic.name);
    if (is_meant) matching.push_back(topic.name);
  }
  co_return matching;
}

Task<Result<void>> GroupTopics::resolve(SteadyTime deadline) {
  if (!pattern_) co_return Result<void>();
  auto finding = find_matching(deadline);
  MILL_CO_TRY(auto matching, co_await finding);
  // Subscribed by name meanwhile.
  if (pattern_) names_ = std::move(matching);
  co_return Result<void>();
}

Task<Result<PartitionCounts>> GroupTopics::count(std::vector<std::string> topics,
                                                 SteadyTime deadline) {
  PartitionCounts counts;
  for (const std::string& topic : topics) counts[topic] = 0;
  if (topics.empty()) co_return counts;
  const auto attempt = [&](SteadyTime by) { return gateway_.find_topics(topics, missing_, by); };
  auto asking = gateway_.retrying<std::vector<TopicDescription>>(deadline, attempt);
  MILL_CO_TRY(const auto found, co_await asking);
  for (const TopicDescription& topic : found) {
    counts[topic.name] = static_cast<int32_t>(topic.partitions.size());
  }
  co_return counts;
}

Task<Result<PartitionCounts>> GroupTopics::watch(std::vector<std::string> topics,
                                                 SteadyTime deadline) {
  auto counting = count(std::move(topics), deadline);
  MILL_CO_TRY(auto counts, co_await counting);
  watched_ = counts;
  co_return counts;
}

bool GroupTopics::are_missing() const {
  if (!watched_) return false;
  return std::ranges::any_of(*watched_, [](const auto& topic) { return topic.second == 0; });
}

Task<Result<bool>> GroupTopics::look(SteadyTime deadline) {
  if (pattern_) {
    auto finding = find_matching(deadline);
    MILL_CO_TRY(const auto matching, co_await finding);
    if (matching != names_) co_return true;
  }
  if (!watched_) co_return false;
  std::vector<std::string> topics;
  for (const auto& [topic, count] : *watched_) topics.push_back(topic);
  auto counting = count(std::move(topics), deadline);
  MILL_CO_TRY(const auto counts, co_await counting);
  co_return watched_&& counts != *watched_;
}

}  // namespace millrace::client
