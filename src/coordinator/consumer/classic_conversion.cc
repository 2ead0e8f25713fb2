#include "coordinator/consumer/classic_conversion.h"

#include <utility>

#include "base/text.h"
#include "coordinator/consumer/metadata_hash.h"
#include "coordinator/subscription.h"

namespace millrace::coordinator {

namespace {

Error cannot_upgrade(const Group& group, std::string_view why) {
  return kafka_error(ErrorCode::group_id_not_found, cat("Cannot upgrade classic group ", group.id(),
                                                        " to consumer group because ", why));
}

PartitionEpochs in_epoch(const PartitionSets& partitions, int32_t epoch) {
  PartitionEpochs with_epoch;
  for (const auto& [topic, numbers] : partitions) {
    for (const int32_t number : numbers) with_epoch[topic][number] = epoch;
  }
  return with_epoch;
}

}  // namespace

Result<void> add_classic_members(ConsumerChange& change, const Group& group) {
  const std::string protocol = group.protocol_name().value_or(group.select_protocol());
  const int32_t epoch = group.generation_id();
  std::set<std::string> subscribed;
  std::vector<ConsumerRecord> targets;
  std::vector<ConsumerRecord> assignments;
  for (const auto& [id, member] : group.members()) {
    const auto subscription = parse_subscription(member.metadata(protocol));
    const auto assignment = parse_assignment(member.assignment);
    if (!subscription || !assignment) {
      return cannot_upgrade(group, "the embedded consumer protocol is malformed.");
    }
    if (assignment->has_user_data) {
      return cannot_upgrade(group,
                            "an unsupported custom assignor is in use. Please refer to the "
                            "documentation or switch to a default assignor before re-attempting "
                            "the upgrade.");
    }
    ConsumerMemberValue info;
    info.instance_id = member.instance_id;
    info.rack_id = subscription->rack_id;
    info.client_id = member.client_id;
    info.client_host = member.client_host;
    info.subscribed_topics = subscription->topics;
    info.rebalance_timeout_ms = member.rebalance_timeout_ms;
    info.classic = ClassicMemberValue{member.session_timeout_ms, member.protocols};
    subscribed.insert(subscription->topics.begin(), subscription->topics.end());
    change.add(ConsumerMemberRecord{id, std::move(info)});

    PartitionSets partitions = with_ids(assignment->partitions, change.topics());
    CurrentAssignmentValue current;
    current.member_epoch = epoch;
    current.previous_member_epoch = epoch;
    current.assigned = in_epoch(partitions, epoch);
    assignments.emplace_back(CurrentAssignmentRecord{id, std::move(current)});
    targets.emplace_back(TargetMemberRecord{id, std::move(partitions)});
  }
  change.add(
      ConsumerGroupRecord{ConsumerGroupValue{epoch, metadata_hash(subscribed, change.topics())}});
  for (ConsumerRecord& target : targets) change.add(std::move(target));
  change.add(TargetEpochRecord{TargetEpochValue{epoch, 0}});
  for (ConsumerRecord& assignment : assignments) change.add(std::move(assignment));
  return {};
}

Bytes encode_for(const ConsumerMember& member, const NamedPartitions& partitions) {
  const auto subscription = parse_subscription(member.info.classic->protocols.front().metadata);
  return encode_assignment(subscription ? subscription->version : int16_t{0}, partitions);
}

Group to_classic_group(const std::string& id, const ConsumerGroup& group,
                       const std::set<std::string>& leaving, const TopicView& topics,
                       int64_t now_ms) {
  Group classic(id, GroupValue{.generation_id = group.epoch(), .state_timestamp_ms = now_ms});
  for (const auto& [member_id, from] : group.members()) {
    if (leaving.contains(member_id)) continue;
    Member member;
    member.id = member_id;
    member.instance_id = from.info.instance_id;
    member.client_id = from.info.client_id;
    member.client_host = from.info.client_host;
    member.session_timeout_ms = from.info.classic->session_timeout_ms;
    member.rebalance_timeout_ms = from.info.rebalance_timeout_ms;
    member.protocols = from.info.classic->protocols;
    member.assignment = encode_for(from, with_names(group.target(member_id), topics));
    classic.add(std::move(member), kConsumerProtocolType);
  }
  return classic;
}

}  // namespace millrace::coordinator
