// GroupTopics: what a member knows of the topics that it subscribes to and, as the leader, of those
// of the whole group.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/consumer/assignors.h"
#include "client/consumer/membership.h"
#include "client/consumer/topic_pattern.h"
#include "client/gateway.h"

namespace millrace::client {

/// Used inside the driver only. Looks into the cluster's metadata when it is told to; the tasks
/// refer to it.
class GroupTopics {
 public:
  GroupTopics(Gateway& gateway, bool may_create)
      : gateway_(gateway), missing_(may_create ? MissingTopic::create : MissingTopic::refuse) {}

  /// False where that is what was subscribed to already. invalid_regular_expression.
  Result<bool> subscribe(Subscription subscription);
  /// The topics subscribed to; with a pattern those that were found last.
  const std::vector<std::string>& names() const { return names_; }
  /// Also for a topic that matches and was not found yet: the leader may know it.
  bool is_subscribed(const std::string& topic) const;

  /// Finds the topics that match; does nothing for a subscription by name.
  Task<Result<void>> resolve(SteadyTime deadline);
  /// From now on also these count, as their partitions are now.
  Task<Result<PartitionCounts>> watch(std::vector<std::string> topics, SteadyTime deadline);
  void stop_watching() { watched_.reset(); }

  /// True where a look would show anything that matters to this member.
  bool are_worth_a_look() const { return pattern_ || watched_; }
  /// Topics that partitions are wanted of are not there.
  bool are_missing() const;
  /// Looks; true where something is not as it was when the group last shared partitions out.
  Task<Result<bool>> look(SteadyTime deadline);

 private:
  Task<Result<std::vector<std::string>>> find_matching(SteadyTime deadline);
  Task<Result<PartitionCounts>> count(std::vector<std::string> topics, SteadyTime deadline);

  Gateway& gateway_;
  const MissingTopic missing_;
  Subscription subscription_;
  std::optional<TopicPattern> pattern_;
  std::vector<std::string> names_;
  std::optional<PartitionCounts> watched_;
};

}  // namespace millrace::client
