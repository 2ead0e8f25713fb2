// The rebalance: members are called back, those who come make the next generation.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

void Core::rebalance_or_complete_join(Locked& at, std::string_view reason) {
  if (at.group.can_rebalance()) return prepare_rebalance(at, reason);
  complete_join_if_all_joined(at);
}

void Core::prepare_rebalance(Locked& at, std::string_view reason) {
  Group& group = at.group;
  if (group.is(GroupState::completing_rebalance)) {
    for (auto& [id, member] : group.members()) member.assignment.clear();
    propagate_assignment(at, ErrorCode::rebalance_in_progress);
  }
  group.pending_sync().clear();
  cancel_timer(at, &Group::sync_timer);

  const bool is_initial = group.is(GroupState::empty);
  group.transition_to(GroupState::preparing_rebalance, now_ms());
  log::debug("group ", group.id(), " rebalances after generation ", group.generation_id(), ": ",
             reason);
  if (is_initial) {
    // A group begins: more members are probably on their way.
    const int32_t delay = config_.initial_rebalance_delay_ms;
    const int32_t remaining = std::max(group.rebalance_timeout_ms() - delay, 0);
    return set_timer(at, &Group::join_timer, delay, [this, delay, remaining](Locked& later) {
      extend_initial_rebalance(later, delay, remaining);
    });
  }
  if (group.has_all_members_joined()) return complete_join(at);
  set_timer(at, &Group::join_timer, group.rebalance_timeout_ms(),
            [this](Locked& later) { complete_join(later); });
}

void Core::extend_initial_rebalance(Locked& at, int32_t waited_ms, int32_t remaining_ms) {
  if (!at.group.new_member_added || remaining_ms == 0) return complete_join(at);
  at.group.new_member_added = false;
  const int32_t delay = std::min(config_.initial_rebalance_delay_ms, remaining_ms);
  const int32_t remaining = std::max(remaining_ms - waited_ms, 0);
  set_timer(at, &Group::join_timer, delay, [this, delay, remaining](Locked& later) {
    extend_initial_rebalance(later, delay, remaining);
  });
}

void Core::complete_join_if_all_joined(Locked& at) {
  if (!at.group.is(GroupState::preparing_rebalance)) return;
  // The first rebalance ends with its delay, not before.
  if (at.group.previous_state() == GroupState::empty) return;
  if (at.group.has_all_members_joined()) complete_join(at);
}

void Core::drop_member(Locked& at, const std::string& member_id) {
  Member& member = at.group.member(member_id);
  JoinResponse unknown;
  unknown.error = ErrorCode::unknown_member_id;
  at.effects.reply(at.group.take_awaiting_join(member), std::move(unknown));
  SyncResponse unknown_sync;
  unknown_sync.error = ErrorCode::unknown_member_id;
  at.effects.reply(std::exchange(member.awaiting_sync, nullptr), std::move(unknown_sync));
  end_session(member.session);
  at.group.remove(member_id);
}

void Core::complete_join(Locked& at) {
  Group& group = at.group;
  if (!group.is(GroupState::preparing_rebalance)) return;
  cancel_timer(at, &Group::join_timer);
  group.new_member_added = false;

  std::vector<std::string> silent;
  for (const auto& [id, member] : group.members()) {
    if (!member.awaiting_join && !member.instance_id) silent.push_back(id);
  }
  for (const std::string& member_id : silent) drop_member(at, member_id);

  if (!group.elect_joined_leader() && !group.members().empty()) {
    // Only silent static members are left: wait until they come or their sessions end.
    return set_timer(at, &Group::join_timer, group.rebalance_timeout_ms(),
                     [this](Locked& later) { complete_join(later); });
  }
  group.start_next_generation(now_ms());
  if (group.is(GroupState::empty)) {
    auto batch = new_batch();
    add_group_record(batch, group, group.to_value());
    group.is_in_log = true;
    return append(at, batch, {}, [](Locked& later, const Result<Offset>& appended) {
      // Should the log keep the generation before, its members time out after a restart.
      if (appended) return;
      log::warn("the empty generation of group ", later.group.id(),
                " was not stored: ", appended.error().to_string());
    });
  }
  for (auto& [member_id, member] : group.members()) {
    at.effects.reply(group.take_awaiting_join(member), current_generation(group, member_id));
    touch_session(at, member);
    member.is_new = false;
    group.pending_sync().insert(member_id);
  }
  set_timer(at, &Group::sync_timer, group.rebalance_timeout_ms(),
            [this, generation = group.generation_id()](Locked& later) {
              expire_pending_sync(later, generation);
            });
}

void Core::expire_pending_sync(Locked& at, int32_t generation_id) {
  Group& group = at.group;
  if (group.generation_id() != generation_id) return;
  if (!group.is(GroupState::completing_rebalance) && !group.is(GroupState::stable)) return;
  const auto silent = group.pending_sync();
  if (silent.empty()) return;
  for (const std::string& member_id : silent) drop_member(at, member_id);
  prepare_rebalance(at, "members did not sync in time");
}

}  // namespace millrace::coordinator
