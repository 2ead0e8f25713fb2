#include "coordinator/consumer/consumer_group.h"

#include <algorithm>

namespace millrace::coordinator {

std::string_view state_name(ConsumerGroupState state) {
  switch (state) {
    case ConsumerGroupState::empty: return "Empty";
    case ConsumerGroupState::assigning: return "Assigning";
    case ConsumerGroupState::reconciling: return "Reconciling";
    case ConsumerGroupState::stable: return "Stable";
  }
  return "Dead";
}

void ConsumerGroup::apply(const ConsumerRecord& record) {
  std::visit([this](const auto& change) { apply_change(change); }, record);
}

void ConsumerGroup::apply_change(const ConsumerGroupRecord& record) {
  group_ = record.value.value_or(ConsumerGroupValue());
}

void ConsumerGroup::apply_change(const PartitionMetadataRecord& record) {
  has_partition_metadata_ = record.is_present;
}

void ConsumerGroup::apply_change(const TargetEpochRecord& record) {
  target_ = record.value.value_or(TargetEpochValue());
}

void ConsumerGroup::apply_change(const ConsumerMemberRecord& record) {
  if (record.value) {
    ConsumerMember& changed = member(record.member_id);
    forget_static(changed);
    changed.info = *record.value;
    if (changed.info.instance_id) static_members_[*changed.info.instance_id] = changed.id;
    return;
  }
  const auto found = members_.find(record.member_id);
  if (found == members_.end()) return;
  forget_static(found->second);
  release(found->second);
  members_.erase(found);
}

void ConsumerGroup::apply_change(const TargetMemberRecord& record) {
  if (record.value) {
    targets_.insert_or_assign(record.member_id, *record.value);
  } else if (const auto found = targets_.find(record.member_id); found != targets_.end()) {
    targets_.erase(found);
  }
}

void ConsumerGroup::apply_change(const CurrentAssignmentRecord& record) {
  if (!record.value && !members_.contains(record.member_id)) return;
  ConsumerMember& changed = member(record.member_id);
  release(changed);
  changed.current = record.value.value_or(CurrentAssignmentValue{.member_epoch = -1});
  own(changed);
}

void ConsumerGroup::apply_change(const RegexRecord& record) {
  if (record.value) {
    regexes_.insert_or_assign(record.regex, *record.value);
  } else if (const auto found = regexes_.find(record.regex); found != regexes_.end()) {
    regexes_.erase(found);
  }
}

ConsumerMember& ConsumerGroup::member(const std::string& member_id) {
  ConsumerMember& found = members_[member_id];
  found.id = member_id;
  return found;
}

void ConsumerGroup::release(const ConsumerMember& member) {
  for (const auto* partitions : {&member.current.assigned, &member.current.pending_revocation}) {
    for (const auto& [topic, epochs] : *partitions) {
      const auto owners = owners_.find(topic);
      if (owners == owners_.end()) continue;
      // Another member may have taken the partition over: a static one under its new id.
      for (const auto& [partition, epoch] : epochs) {
        const auto owner = owners->second.find(partition);
        if (owner != owners->second.end() && owner->second == member.id) {
          owners->second.erase(owner);
        }
      }
      if (owners->second.empty()) owners_.erase(owners);
    }
  }
}

void ConsumerGroup::own(const ConsumerMember& member) {
  for (const auto* partitions : {&member.current.assigned, &member.current.pending_revocation}) {
    for (const auto& [topic, epochs] : *partitions) {
      for (const auto& [partition, epoch] : epochs) owners_[topic][partition] = member.id;
    }
  }
}

void ConsumerGroup::forget_static(const ConsumerMember& member) {
  if (!member.info.instance_id) return;
  const auto found = static_members_.find(*member.info.instance_id);
  if (found != static_members_.end() && found->second == member.id) static_members_.erase(found);
}

ConsumerGroupState ConsumerGroup::state() const {
  if (members_.empty()) return ConsumerGroupState::empty;
  if (epoch() > target_.epoch) return ConsumerGroupState::assigning;
  const bool is_stable = std::ranges::all_of(
      members_, [this](const auto& entry) { return entry.second.is_reconciled_to(target_.epoch); });
  return is_stable ? ConsumerGroupState::stable : ConsumerGroupState::reconciling;
}

const ConsumerMember* ConsumerGroup::find(std::string_view member_id) const {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const ConsumerMember* ConsumerGroup::find_static(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : find(found->second);
}

const PartitionSets& ConsumerGroup::target(std::string_view member_id) const {
  static const PartitionSets kNone;
  const auto found = targets_.find(member_id);
  return found == targets_.end() ? kNone : found->second;
}

const std::string* ConsumerGroup::owner(const Uuid& topic, int32_t partition) const {
  const auto owners = owners_.find(topic);
  if (owners == owners_.end()) return nullptr;
  const auto found = owners->second.find(partition);
  return found == owners->second.end() ? nullptr : &found->second;
}

size_t ConsumerGroup::regex_subscriber_count(std::string_view regex) const {
  return static_cast<size_t>(std::ranges::count_if(members_, [regex](const auto& entry) {
    return entry.second.info.subscribed_regex == regex;
  }));
}

std::set<std::string> ConsumerGroup::subscribed_topics(const ConsumerMember& member) const {
  std::set<std::string> topics = member.info.subscribed_topics;
  if (const auto regex = regexes_.find(member.info.subscribed_regex); regex != regexes_.end()) {
    topics.insert(regex->second.topics.begin(), regex->second.topics.end());
  }
  return topics;
}

std::set<std::string> ConsumerGroup::subscribed_topics() const {
  std::set<std::string> topics;
  for (const auto& [id, member] : members_) topics.merge(subscribed_topics(member));
  return topics;
}

size_t ConsumerGroup::classic_member_count() const {
  return static_cast<size_t>(std::ranges::count_if(
      members_, [](const auto& entry) { return entry.second.uses_classic_protocol(); }));
}

bool ConsumerGroup::supports_classic_protocols(const std::vector<MemberProtocol>& protocols) const {
  return std::ranges::any_of(protocols, [this](const MemberProtocol& protocol) {
    return std::ranges::all_of(members_, [&](const auto& entry) {
      const auto& classic = entry.second.info.classic;
      return !classic || std::ranges::find(classic->protocols, protocol.name,
                                           &MemberProtocol::name) != classic->protocols.end();
    });
  });
}

}  // namespace millrace::coordinator
