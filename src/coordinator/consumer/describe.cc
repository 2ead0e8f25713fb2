// ConsumerGroupDescribe.
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "coordinator/core.h"

namespace millrace::coordinator {

namespace {

std::optional<DescribedTopicPartitions> named(const TopicView& topics, const Uuid& id) {
  const auto topic = topics.find_topic(id);
  if (!topic) return std::nullopt;
  return DescribedTopicPartitions{id, topic->name, {}};
}

DescribedConsumerMember describe_member(const ConsumerGroup& group, const ConsumerMember& member,
                                        const TopicView& topics) {
  DescribedConsumerMember described;
  described.member_id = member.id;
  described.instance_id = member.info.instance_id;
  described.rack_id = member.info.rack_id;
  described.member_epoch = member.current.member_epoch;
  described.client_id = member.info.client_id;
  described.client_host = member.info.client_host;
  described.subscribed_topics.assign(member.info.subscribed_topics.begin(),
                                     member.info.subscribed_topics.end());
  described.subscribed_regex = member.info.subscribed_regex;
  described.uses_classic_protocol = member.uses_classic_protocol();
  // What a member is to give up is its own until it has.
  std::map<Uuid, std::set<int32_t>> held;
  for (const auto* partitions : {&member.current.assigned, &member.current.pending_revocation}) {
    for (const auto& [id, epochs] : *partitions) {
      for (const auto& [partition, epoch] : epochs) held[id].insert(partition);
    }
  }
  for (const auto& [id, partitions] : held) {
    auto topic = named(topics, id);
    if (!topic) continue;
    topic->partitions.assign(partitions.begin(), partitions.end());
    described.assignment.push_back(*std::move(topic));
  }
  for (const auto& [id, partitions] : group.target(member.id)) {
    auto topic = named(topics, id);
    if (!topic) continue;
    topic->partitions.assign(partitions.begin(), partitions.end());
    described.target.push_back(*std::move(topic));
  }
  return described;
}

/// False where the group speaks the classic protocol.
bool describe_group(const ConsumerSide& consumer, const CoordinatorConfig& config,
                    const TopicView& topics, DescribedConsumerGroup& described) {
  if (!consumer.state || consumer.group().is_void()) return false;
  const ConsumerGroup& group = consumer.group();
  described.state = state_name(group.state());
  described.epoch = group.epoch();
  described.target_epoch = group.target_epoch();
  described.assignor = assignor_name(preferred_assignor(group, config));
  for (const auto& [id, member] : group.members()) {
    described.members.push_back(describe_member(group, member, topics));
  }
  return true;
}

}  // namespace

DescribedConsumerGroup Core::describe_consumer_group(std::string_view group_id) {
  DescribedConsumerGroup described;
  described.group_id = group_id;
  if (group_id.empty()) {
    described.error = ErrorCode::invalid_group_id;
    described.error_message = "The group id must not be empty.";
    return described;
  }
  const Found found = find(group_id);
  described.error = found.error;
  if (found.error != ErrorCode::none) return described;
  if (!found.cell) {
    described.error = ErrorCode::group_id_not_found;
    described.error_message = cat("Group ", group_id, " not found.");
    return described;
  }
  const MutexLock lock(found.cell->mutex);
  if (!describe_group(found.cell->consumer, config_, log_, described)) {
    described.error = ErrorCode::group_id_not_found;
    described.error_message = cat("Group ", group_id, " is not a consumer group.");
  }
  return described;
}

}  // namespace millrace::coordinator
