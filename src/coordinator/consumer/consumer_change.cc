#include "coordinator/consumer/consumer_change.h"

#include <algorithm>

#include "base/assert.h"
#include "coordinator/consumer/metadata_hash.h"
#include "coordinator/consumer/reconcile.h"
#include "coordinator/name_regex.h"

namespace millrace::coordinator {

void ConsumerChange::remove_member(const std::string& member_id) {
  add(CurrentAssignmentRecord{member_id, std::nullopt});
  add(TargetMemberRecord{member_id, std::nullopt});
  add(ConsumerMemberRecord{member_id, std::nullopt});
}

void ConsumerChange::replace_member(const std::string& old_id, const std::string& new_id) {
  const ConsumerMember* replaced = group().find(old_id);
  MILL_ASSERT(replaced, "a member was replaced that the group does not have");
  ConsumerMemberValue info = replaced->info;
  CurrentAssignmentValue current = replaced->current;
  PartitionSets target = group().target(old_id);
  // Commits of the old id's epochs are not to be told from the new id's, which begin at 0.
  current.member_epoch = 0;
  current.previous_member_epoch = 0;
  for (auto& [topic, epochs] : current.assigned) {
    for (auto& [partition, epoch] : epochs) epoch = 0;
  }
  remove_member(old_id);
  add(ConsumerMemberRecord{new_id, std::move(info)});
  add(TargetMemberRecord{new_id, std::move(target)});
  add(CurrentAssignmentRecord{new_id, std::move(current)});
}

bool ConsumerChange::refresh_regexes() {
  std::set<std::string> wanted;
  for (const auto& [id, member] : group().members()) {
    if (!member.info.subscribed_regex.empty()) wanted.insert(member.info.subscribed_regex);
  }
  std::vector<std::string> dropped;
  for (const auto& [regex, resolved] : group().regexes()) {
    if (!wanted.contains(regex)) dropped.push_back(regex);
  }
  for (std::string& regex : dropped) add(RegexRecord{std::move(regex), std::nullopt});
  if (wanted.empty()) return false;

  const int64_t version = topics_.topics_version();
  const auto names = topics_.topic_names();
  bool has_changed = false;
  for (const std::string& regex : wanted) {
    std::set<std::string> matched = matching_names(regex, names);
    const auto known = group().regexes().find(regex);
    if (known != group().regexes().end() && known->second.topics == matched) continue;
    has_changed |= known != group().regexes().end() || !matched.empty();
    add(RegexRecord{regex, RegexValue{std::move(matched), version, now_ms_}});
  }
  return has_changed;
}

void ConsumerChange::update_epoch(bool must) {
  const int64_t hash = metadata_hash(group().subscribed_topics(), topics_);
  // From 4.1 on Kafka keeps a hash where it kept partition metadata before.
  if (group().has_partition_metadata()) add(PartitionMetadataRecord{});
  if (!must && hash == group().metadata_hash()) return;
  add(ConsumerGroupRecord{ConsumerGroupValue{group().epoch() + 1, hash}});
}

std::set<Uuid> ConsumerChange::subscribed_ids(const ConsumerMember& member) {
  std::set<Uuid> ids;
  for (const std::string& name : group().subscribed_topics(member)) {
    if (const auto topic = topics_.find_topic(name)) ids.insert(topic->id);
  }
  return ids;
}

void ConsumerChange::update_target() {
  if (group().target_epoch() >= group().epoch()) return;
  const int64_t last_ms = group().target_timestamp_ms();
  if (last_ms != 0 && now_ms_ < last_ms + times_.assignment_interval_ms) return;
  GroupToAssign input;
  for (const auto& [id, member] : group().members()) {
    MemberToAssign& to_assign = input.members[id];
    to_assign.target = group().target(id);
    for (const std::string& name : group().subscribed_topics(member)) {
      const auto topic = topics_.find_topic(name);
      if (!topic) continue;
      to_assign.topics.insert(topic->id);
      // A topic that grows meanwhile has the count that was seen first, for all members.
      input.partition_counts.try_emplace(topic->id, topic->partition_count);
    }
  }
  auto assignment = assign(preferred_assignor(group(), config_), input);
  const auto before = group().targets();
  for (auto& [id, partitions] : assignment) {
    const auto known = before.find(id);
    if (known != before.end() && known->second == partitions) continue;
    add(TargetMemberRecord{id, std::move(partitions)});
  }
  add(TargetEpochRecord{TargetEpochValue{group().epoch(), now_ms_}});
}

bool ConsumerChange::reconcile_member(const std::string& member_id,
                                      const std::optional<PartitionSets>& owned,
                                      bool has_new_subscription) {
  const ConsumerGroup& now = group();
  const ConsumerMember* member = now.find(member_id);
  MILL_ASSERT(member, "a member was reconciled that the group does not have");
  const auto subscribed = subscribed_ids(*member);
  const auto next = reconcile({
      .current = member->current,
      .target_epoch = now.target_epoch(),
      .target = now.target(member_id),
      .subscribed = subscribed,
      .has_new_subscription = has_new_subscription,
      .owned = owned,
      .is_taken =
          [&](const Uuid& topic, int32_t partition) {
            const std::string* owner = now.owner(topic, partition);
            return owner && *owner != member_id;
          },
  });
  if (!next) return false;
  if (*next != member->current) add(CurrentAssignmentRecord{member_id, *next});
  return true;
}

CurrentAssignmentValue ConsumerChange::current_of(const ConsumerMember& before) const {
  if (!records_.empty()) {
    const auto* last = std::get_if<CurrentAssignmentRecord>(&records_.back());
    if (last && last->member_id == before.id && last->value) return *last->value;
  }
  return before.current;
}

Assignor preferred_assignor(const ConsumerGroup& group, const CoordinatorConfig& config) {
  std::map<Assignor, int> votes;
  for (const auto& [id, member] : group.members()) {
    if (!member.info.server_assignor) continue;
    if (const auto assignor = parse_assignor(*member.info.server_assignor)) ++votes[*assignor];
  }
  if (votes.empty()) return config.consumer_assignors.front();
  return std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; })->first;
}

}  // namespace millrace::coordinator
