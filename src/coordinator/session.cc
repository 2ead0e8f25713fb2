// Heartbeats, and what happens when they do not come.
#include "base/log.h"
#include "coordinator/core.h"

namespace millrace::coordinator {

ErrorCode Core::heartbeat(const HeartbeatRequest& request) {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  const Found found = find(request.group_id);
  // Sessions start anew once the group is loaded; until then there is nothing to tell the member.
  if (found.error == ErrorCode::coordinator_load_in_progress) return ErrorCode::none;
  if (found.error != ErrorCode::none) return found.error;
  if (!found.cell) return ErrorCode::unknown_member_id;

  ErrorCode answer = ErrorCode::none;
  with_group(found.cell, [&](Locked& at) {
    Group& group = at.group;
    if (group.is(GroupState::dead)) {
      answer = ErrorCode::coordinator_not_available;
      return;
    }
    if (at.consumer.state) {
      answer = heartbeat_in_consumer_group(at, request);
      return;
    }
    answer = group.validate_member(request.member_id, request.group_instance_id);
    if (answer != ErrorCode::none) return;
    if (request.generation_id != group.generation_id()) {
      answer = ErrorCode::illegal_generation;
      return;
    }
    touch_session(at, group.member(request.member_id));
    if (group.is(GroupState::preparing_rebalance)) answer = ErrorCode::rebalance_in_progress;
  });
  return answer;
}

void Core::touch_session(Locked& at, Member& member) {
  touch_session(at, member.id, member.session, member.session_timeout_ms);
}

void Core::touch_session(Locked& at, const std::string& member_id, Session& session,
                         int32_t timeout_ms) {
  session.deadline = clock_.steady_now() + Milliseconds(timeout_ms);
  if (session.timer != 0 && session.timer_at <= session.deadline) return;
  end_session(session);
  session.timer_at = session.deadline;
  session.timer = schedule(at.cell, session.deadline,
                           [this, member_id](Locked& later) { session_due(later, member_id); });
}

void Core::end_session(Session& session) {
  if (session.timer != 0) timers_.cancel(session.timer);
  session.timer = 0;
}

void Core::session_due(Locked& at, const std::string& member_id) {
  Group& group = at.group;
  const auto member = group.members().find(member_id);
  const auto pending = group.pending_members().find(member_id);
  if (member == group.members().end() && pending == group.pending_members().end()) return;
  Session& session = member != group.members().end() ? member->second.session : pending->second;
  if (clock_.steady_now() < session.deadline) {
    // There was a heartbeat meanwhile. A timer set later than this one would fire by itself.
    if (session.timer_at > clock_.steady_now()) return;
    session.timer_at = session.deadline;
    session.timer = schedule(at.cell, session.deadline,
                             [this, member_id](Locked& later) { session_due(later, member_id); });
    return;
  }
  session.timer = 0;
  if (member == group.members().end()) {
    group.remove(member_id);
    return complete_join_if_all_joined(at);
  }
  if (member->second.is_excused_from_heartbeat()) return;
  log::info("group ", group.id(), ": the session of member ", member_id, " ended");
  drop_member(at, member_id);
  if (group.is(GroupState::stable) || group.is(GroupState::completing_rebalance)) {
    return prepare_rebalance(at, "a member's session ended");
  }
  if (group.is(GroupState::preparing_rebalance) && group.has_all_members_joined()) {
    complete_join(at);
  }
}

}  // namespace millrace::coordinator
