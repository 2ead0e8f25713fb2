// JoinGroup of a static member that comes back: it takes its old place under a new id.
#include <utility>

#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

void Core::fence(Locked& at, Member& replaced) {
  end_session(replaced.session);
  if (replaced.awaiting_join) {
    JoinResponse fenced;
    fenced.error = ErrorCode::fenced_instance_id;
    fenced.member_id = replaced.id;
    at.effects.reply(std::exchange(replaced.awaiting_join, nullptr), std::move(fenced));
  }
  if (replaced.awaiting_sync) {
    SyncResponse fenced;
    fenced.error = ErrorCode::fenced_instance_id;
    at.effects.reply(std::exchange(replaced.awaiting_sync, nullptr), std::move(fenced));
  }
}

void Core::rejoin_static_member(Locked& at, JoinRequest& request, const std::string& old_id,
                                const std::string& new_id, Reply<JoinResponse>& reply) {
  Group& group = at.group;
  Member before = group.replace_static_member(old_id, new_id);
  fence(at, before);
  Member& member = group.member(new_id);
  group.update_protocols(member, std::move(request.protocols));
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.session_timeout_ms = request.session_timeout_ms;
  group.set_awaiting_join(member, std::move(reply));
  touch_session(at, member);

  if (group.is(GroupState::stable)) {
    // The others need not notice as long as the group would choose the same protocol.
    if (group.protocol_name() == group.select_protocol()) {
      return persist_static_member(at, request, before, new_id);
    }
    return rebalance_or_complete_join(at, "a static member changed its protocols");
  }
  if (group.is(GroupState::completing_rebalance)) {
    // The leader may be computing an assignment for the old id, which would never arrive.
    return prepare_rebalance(at, "a static member came back during a rebalance");
  }
  complete_join_if_all_joined(at);
}

void Core::persist_static_member(Locked& at, const JoinRequest& request, const Member& before,
                                 const std::string& new_id) {
  auto batch = new_batch();
  add_group_record(batch, at.group, at.group.to_value());
  at.group.is_in_log = true;
  const bool can_skip = request.supports_skipping_assignment;
  append(at, batch, {}, [this, before, new_id, can_skip](Locked& later, Result<Offset> appended) {
    Group& group = later.group;
    if (!group.has_member(new_id)) return;
    Member& member = group.member(new_id);
    const bool is_leader = group.is_leader(new_id);
    JoinResponse response;
    response.generation_id = group.generation_id();
    response.protocol_type = group.protocol_type();
    response.protocol_name = group.protocol_name();
    auto reply = group.take_awaiting_join(member);
    if (!appended) {
      // The log still names the old id, and so must the group.
      response.error = append_error(appended.error());
      response.leader = is_leader ? before.id : group.leader_id().value_or("");
      end_session(member.session);
      group.update_protocols(member, before.protocols);
      member.rebalance_timeout_ms = before.rebalance_timeout_ms;
      member.session_timeout_ms = before.session_timeout_ms;
      group.replace_static_member(new_id, before.id);
      touch_session(later, group.member(before.id));
    } else {
      response.member_id = new_id;
      // Before JoinGroup v9 a leader that is told who leads would compute an assignment which
      // nobody asked for; the old id makes it a follower.
      response.leader = is_leader && !can_skip ? before.id : group.leader_id().value_or("");
      response.skip_assignment = is_leader && can_skip;
      if (response.skip_assignment) response.members = group.joined_members();
      touch_session(later, member);
    }
    later.effects.reply(std::move(reply), std::move(response));
  });
}

}  // namespace millrace::coordinator
