// A group changes its protocol: to the consumer protocol when the first member of it joins, back to
// the classic one when the last of them is gone.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "coordinator/append_error.h"
#include "coordinator/consumer/classic_conversion.h"
#include "coordinator/consumer/member_heartbeat.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

std::optional<ConsumerHeartbeatResponse> Core::refuse_upgrade(const Group& group) const {
  if (group.is(GroupState::empty)) return std::nullopt;
  const auto refuse = [&group](std::string_view why) {
    return heartbeat_refusal(
        ErrorCode::group_id_not_found,
        cat("Cannot upgrade classic group ", group.id(), " to consumer group because ", why));
  };
  const MigrationPolicy policy = config_.consumer_migration_policy;
  if (policy != MigrationPolicy::upgrade && policy != MigrationPolicy::bidirectional) {
    return refuse("online upgrade is disabled.");
  }
  if (!group.uses_consumer_protocol()) {
    return refuse("the group does not use the consumer embedded protocol.");
  }
  if (group.members().size() > static_cast<size_t>(std::max(config_.consumer_group_size_max, 0))) {
    return refuse("the group size exceeds the consumer group maximum size.");
  }
  return std::nullopt;
}

void Core::send_back_waiting(Locked& at) {
  for (auto& [id, member] : at.group.members()) {
    JoinResponse rejoin;
    rejoin.error = ErrorCode::rebalance_in_progress;
    rejoin.member_id = id;
    at.effects.reply(at.group.take_awaiting_join(member), std::move(rejoin));
    SyncResponse rebalancing;
    rebalancing.error = ErrorCode::rebalance_in_progress;
    at.effects.reply(std::exchange(member.awaiting_sync, nullptr), std::move(rebalancing));
    touch_session(at, member);  // nothing excuses it from heartbeats any more
  }
}

void Core::detach_classic_group(Locked& at) {
  Group& group = at.group;
  for (auto& [id, member] : group.members()) end_session(member.session);
  for (auto& [id, session] : group.pending_members()) end_session(session);
  cancel_timer(at, &Group::join_timer);
  cancel_timer(at, &Group::sync_timer);
  group.leave_classic_protocol(now_ms());
}

bool Core::can_downgrade_without(const ConsumerGroup& group,
                                 const std::set<std::string>& leaving) const {
  const MigrationPolicy policy = config_.consumer_migration_policy;
  if (policy != MigrationPolicy::downgrade && policy != MigrationPolicy::bidirectional) {
    return false;
  }
  const auto size_max = static_cast<size_t>(std::max(config_.group_size_max, 0));
  const size_t staying = group.members().size() - leaving.size();
  return staying > 0 && staying <= size_max &&
         std::ranges::all_of(group.members(), [&leaving](const auto& entry) {
           return entry.second.uses_classic_protocol() || leaving.contains(entry.first);
         });
}

void Core::add_consumer_tombstones(record::BatchBuilder& batch, Locked& at) const {
  const ConsumerGroup& group = at.consumer.group();
  const auto add = [&](const ConsumerRecord& record) {
    add_consumer_record(batch, at.group, record);
  };
  for (const auto& [id, member] : group.members()) add(CurrentAssignmentRecord{id, {}});
  for (const auto& [id, target] : group.targets()) add(TargetMemberRecord{id, {}});
  add(TargetEpochRecord{});
  for (const auto& [id, member] : group.members()) add(ConsumerMemberRecord{id, {}});
  for (const auto& [regex, resolved] : group.regexes()) add(RegexRecord{regex, {}});
  if (group.has_partition_metadata()) add(PartitionMetadataRecord{});
  add(ConsumerGroupRecord{});
}

void Core::downgrade(Locked& at, const std::set<std::string>& leaving, ChangeDone done) {
  log::info("group ", at.group.id(), " changes from the consumer to the classic protocol");
  Group classic = to_classic_group(at.group.id(), at.consumer.group(), leaving, log_, now_ms());
  const GroupValue value = classic.to_first_value();
  std::map<std::string, std::vector<MemberProtocol>> protocols;
  for (const auto& [id, member] : classic.members()) protocols[id] = member.protocols;
  auto batch = new_batch();
  add_consumer_tombstones(batch, at);
  add_group_record(batch, at.group, value);
  at.consumer.is_changing = true;
  append(at, batch, {},
         [this, value, protocols = std::move(protocols), done = std::move(done)](
             Locked& later, const Result<Offset>& appended) {
           later.consumer.is_changing = false;
           if (appended) {
             for (const auto& [id, member] : later.consumer.group().members()) {
               cancel_all_timers(later, id);
             }
             later.consumer.state.reset();
             later.group.restore(value);
             for (auto& [id, member] : later.group.members()) {
               later.group.update_protocols(member, protocols.at(id));
               touch_session(later, member);
             }
             prepare_rebalance(later, "the group is back at the classic protocol");
             done(later, ErrorCode::none);
           } else {
             log::warn("group ", later.group.id(),
                       " could not change its protocol: ", appended.error().to_string());
             done(later, append_error(appended.error()));
           }
           run_waiting(later);
         });
}

void Core::drop_empty_consumer_group(Locked& at) {
  auto batch = new_batch();
  add_consumer_tombstones(batch, at);
  at.consumer.state.reset();
  append(at, batch, {}, [](Locked& later, const Result<Offset>& appended) {
    // A restart prefers the classic group where it finds both.
    if (appended) return;
    log::warn("the empty consumer group ", later.group.id(),
              " could not be deleted: ", appended.error().to_string());
  });
}

}  // namespace millrace::coordinator
