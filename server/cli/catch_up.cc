#include "cli/catch_up.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "client/topic_partition.h"

namespace millrace::server {
namespace {

GroupLagOptions options_of(Isolation isolation, std::vector<std::string> topics) {
  return {.isolation = isolation, .topics = std::move(topics), .retention = false};
}

bool is_deleted(const PartitionLag& lag) {
  return lag.error && lag.error->is(ErrorCode::unknown_topic_or_partition);
}

/// The topics that the group reads; those that are gone are noted in the goal.
std::vector<std::string> topics_of(const GroupLag& lag, CatchUpGoal& goal) {
  std::set<std::string> topics;
  for (const auto& [name, one] : lag.partitions) {
    if (is_deleted(one)) {
      goal.left_out.insert(name.topic);
    } else {
      topics.insert(name.topic);
    }
  }
  // A partition beyond the last one hides no topic.
  for (const auto& topic : topics) goal.left_out.erase(topic);
  return {topics.begin(), topics.end()};
}

/// Nothing to wait for: for good, or for the moment.
Error nothing_to_read(Admin& admin, const std::string& group) {
  const auto described = admin.describe_group(group);
  if (!described) return described.error();
  if (described->members.empty()) {
    return kafka_error(ErrorCode::group_id_not_found,
                       cat("group '", group,
                           "' has committed nothing and has no members; name topics with --topic"));
  }
  return kafka_error(ErrorCode::rebalance_in_progress,
                     cat("no partition is assigned to the members of group '", group, "' yet"));
}

/// Leaves those that were asked for by number.
Result<void> keep_partitions(const std::vector<int32_t>& numbers, GroupLag& lag) {
  if (numbers.empty()) return {};
  std::erase_if(lag.partitions, [&](const auto& item) {
    return std::ranges::find(numbers, item.first.partition) == numbers.end();
  });
  for (const int32_t number : numbers) {
    const bool is_there = std::ranges::any_of(
        lag.partitions, [&](const auto& item) { return item.first.partition == number; });
    if (is_there) continue;
    return kafka_error(ErrorCode::unknown_topic_or_partition,
                       cat("no topic has a partition ", number));
  }
  return {};
}

/// Why the partition is not there yet; nothing where it is.
std::optional<std::string> missing_of(const CatchUpGoal& goal, const PartitionLag& lag,
                                      int64_t target) {
  if (lag.error) return lag.error->to_string();
  if (lag.committed && *lag.committed >= target) return std::nullopt;
  if (lag.first_unread && lag.first_unread->offset < target) {
    return cat(target - lag.first_unread->offset, " to read, from offset ",
               lag.first_unread->offset, " to ", target,
               lag.committed ? "" : "; nothing is committed");
  }
  // What is open may yet become readable, in front of the target.
  if (goal.isolation == Isolation::read_committed && lag.readable_end < target) {
    return cat("an open transaction ends the log at ", lag.readable_end, ", before ", target);
  }
  return std::nullopt;
}

std::optional<std::string> gone_of(const CatchUpGoal& goal, const TopicPartition& name,
                                   const PartitionLag* lag) {
  if (lag == nullptr || is_deleted(*lag)) return "it was deleted";
  if (goal.committed.contains(name) && !lag->error && !lag->committed) {
    return "the group's offset was deleted, as it is together with a topic";
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> CatchUpGoal::topics() const {
  std::set<std::string> topics;
  for (const auto& [name, target] : targets) topics.insert(name.topic);
  return {topics.begin(), topics.end()};
}

Result<CatchUpGoal> set_goal(Admin& admin, const CatchUpWish& wish) {
  CatchUpGoal goal{.group = wish.group, .isolation = wish.isolation};
  auto topics = wish.topics;
  if (topics.empty()) {
    MILL_TRY(const auto known, admin.group_lag(wish.group, options_of(wish.isolation, {})));
    topics = topics_of(known, goal);
    if (topics.empty()) return nothing_to_read(admin, wish.group);
  }
  MILL_TRY(auto lag, admin.group_lag(wish.group, options_of(wish.isolation, std::move(topics))));
  MILL_CHECK(keep_partitions(wish.partitions, lag));
  std::vector<TopicPartition> names;
  for (const auto& [name, one] : lag.partitions) {
    if (one.error) return *one.error;
    names.push_back(name);
    goal.targets[name] = one.readable_end;
    if (one.committed) goal.committed.insert(name);
  }
  if (wish.before_ms) {
    MILL_TRY(goal.targets, offsets_at(admin, names, *wish.before_ms));
  }
  return goal;
}

CatchUpState assess(const CatchUpGoal& goal, const GroupLag& lag) {
  CatchUpState state;
  for (const auto& [name, target] : goal.targets) {
    const auto found = lag.partitions.find(name);
    const PartitionLag* const one = found == lag.partitions.end() ? nullptr : &found->second;
    if (auto gone = gone_of(goal, name, one)) {
      state.gone[name] = *std::move(gone);
    } else if (auto missing = missing_of(goal, *one, target)) {
      state.missing[name] = *std::move(missing);
      if (one->first_unread) {
        state.records += std::max<int64_t>(target - one->first_unread->offset, 0);
      }
    }
  }
  return state;
}

}  // namespace millrace::server
