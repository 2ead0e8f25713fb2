// JoinGroup: who may join, newcomers and known members.
#include <algorithm>

#include "base/uuid.h"
#include "base/uuid_text.h"
#include "coordinator/core.h"

namespace millrace::coordinator {

namespace {

/// How long a newcomer without an id may wait in its first join: nothing tells that it went away,
/// and clients that retry would fill the group with members that nobody is.
constexpr int32_t kNewMemberJoinTimeoutMs = 5 * 60 * 1000;

JoinResponse refusal(ErrorCode error, std::string member_id) {
  JoinResponse response;
  response.error = error;
  response.member_id = std::move(member_id);
  return response;
}

/// "prefix-" and a random UUID in its usual spelling.
std::string new_member_id(const std::string& prefix) {
  return prefix + '-' + uuid_text(Uuid::random().bytes);
}

}  // namespace

void Core::join(JoinRequest request, Reply<JoinResponse> reply) {
  if (request.group_id.empty()) {
    return reply(refusal(ErrorCode::invalid_group_id, request.member_id));
  }
  if (request.session_timeout_ms < config_.session_timeout_ms_min ||
      request.session_timeout_ms > config_.session_timeout_ms_max) {
    return reply(refusal(ErrorCode::invalid_session_timeout, request.member_id));
  }
  const bool is_newcomer = request.member_id.empty();
  const Found found = is_newcomer ? find_or_create(request.group_id) : find(request.group_id);
  if (found.error != ErrorCode::none) return reply(refusal(found.error, request.member_id));
  if (!found.cell) return reply(refusal(ErrorCode::unknown_member_id, request.member_id));

  with_group(found.cell, [&](Locked& at) {
    when_settled(at, [this, request = std::move(request), reply = std::move(reply)](
                         Locked& settled) mutable { join_group(settled, request, reply); });
  });
}

void Core::join_group(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply) {
  if (at.group.is(GroupState::dead)) {
    return at.effects.reply(std::move(reply),
                            refusal(ErrorCode::coordinator_not_available, request.member_id));
  }
  if (at.consumer.state && !at.consumer.group().members().empty()) {
    return join_consumer_group(at, request, reply);
  }
  const bool is_newcomer = request.member_id.empty();
  if (at.consumer.state) {
    if (!is_newcomer) {
      return at.effects.reply(std::move(reply),
                              refusal(ErrorCode::unknown_member_id, request.member_id));
    }
    drop_empty_consumer_group(at);
  }
  if (!has_room_for(at.group, request.member_id)) {
    if (at.group.has_member(request.member_id)) {
      drop_member(at, request.member_id);
    } else {
      at.group.remove(request.member_id);
    }
    at.effects.reply(std::move(reply), refusal(ErrorCode::group_max_size_reached, kNoMemberId));
    // Whoever was turned away is not waited for any longer.
    complete_join_if_all_joined(at);
  } else if (!at.group.supports_protocols(request.protocol_type, request.protocols)) {
    at.effects.reply(std::move(reply),
                     refusal(ErrorCode::inconsistent_group_protocol, request.member_id));
  } else if (is_newcomer) {
    join_new_member(at, request, reply);
  } else {
    join_known_member(at, request, reply);
  }
}

bool Core::has_room_for(const Group& group, const std::string& member_id) const {
  const auto size_max = static_cast<size_t>(std::max(config_.group_size_max, 0));
  const auto known = group.members().find(member_id);
  switch (group.state()) {
    case GroupState::empty:
    case GroupState::dead: return true;
    case GroupState::preparing_rebalance:
      // Counting those who wait lets a group above a lowered limit shrink: the last ones to rejoin
      // are turned away.
      return (known != group.members().end() && known->second.awaiting_join) ||
             group.awaiting_join_count() < size_max;
    case GroupState::completing_rebalance:
    case GroupState::stable: break;
  }
  return known != group.members().end() || group.members().size() < size_max;
}

void Core::join_new_member(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply) {
  if (request.group_instance_id) {
    const std::string member_id = new_member_id(*request.group_instance_id);
    if (const auto held_by = at.group.static_member_id(*request.group_instance_id)) {
      return rejoin_static_member(at, request, *held_by, member_id, reply);
    }
    return add_member(at, request, member_id, reply);
  }
  const std::string member_id = new_member_id(request.client_id);
  if (!request.require_known_member_id) return add_member(at, request, member_id, reply);
  Session& session = at.group.pending_members()[member_id];
  touch_session(at, member_id, session, request.session_timeout_ms);
  at.effects.reply(std::move(reply), refusal(ErrorCode::member_id_required, member_id));
}

void Core::join_known_member(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply) {
  const std::string member_id = request.member_id;
  if (at.group.is_pending(member_id) && !request.group_instance_id) {
    return add_member(at, request, member_id, reply);
  }
  if (const ErrorCode error = at.group.validate_member(member_id, request.group_instance_id);
      error != ErrorCode::none) {
    return at.effects.reply(std::move(reply), refusal(error, member_id));
  }
  Member& member = at.group.member(member_id);
  const bool is_unchanged = member.protocols == request.protocols;
  switch (at.group.state()) {
    case GroupState::preparing_rebalance: return update_member(at, request, member, reply);
    case GroupState::completing_rebalance:
      // The same metadata again: the answer to its join got lost.
      if (!is_unchanged) return update_member(at, request, member, reply);
      return at.effects.reply(std::move(reply), current_generation(at.group, member_id));
    case GroupState::stable:
      // The leader rejoins to have the assignment made anew, for instance after its topics changed.
      if (at.group.is_leader(member_id) || !is_unchanged) {
        return update_member(at, request, member, reply);
      }
      return at.effects.reply(std::move(reply), current_generation(at.group, member_id));
    case GroupState::empty:
    case GroupState::dead: break;
  }
  at.effects.reply(std::move(reply), refusal(ErrorCode::unknown_member_id, member_id));
}

JoinResponse Core::current_generation(const Group& group, const std::string& member_id) const {
  JoinResponse response;
  response.generation_id = group.generation_id();
  response.protocol_type = group.protocol_type();
  response.protocol_name = group.protocol_name();
  response.leader = group.leader_id().value_or("");
  response.member_id = member_id;
  if (group.is_leader(member_id) && !group.is(GroupState::stable)) {
    response.members = group.joined_members();
  }
  return response;
}

void Core::add_member(Locked& at, JoinRequest& request, const std::string& member_id,
                      Reply<JoinResponse>& reply) {
  // A member's first join may extend the delay of a group that just begins.
  if (at.group.is(GroupState::preparing_rebalance) &&
      at.group.previous_state() == GroupState::empty) {
    at.group.new_member_added = true;
  }
  if (const auto pending = at.group.pending_members().find(member_id);
      pending != at.group.pending_members().end()) {
    end_session(pending->second);
  }
  Member member;
  member.id = member_id;
  member.instance_id = request.group_instance_id;
  member.client_id = std::move(request.client_id);
  member.client_host = std::move(request.client_host);
  member.session_timeout_ms = request.session_timeout_ms;
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.protocols = std::move(request.protocols);
  member.is_new = true;
  member.awaiting_join = std::move(reply);
  at.group.add(std::move(member), request.protocol_type);
  touch_session(at, member_id, at.group.member(member_id).session, kNewMemberJoinTimeoutMs);
  rebalance_or_complete_join(at, "a member joins");
}

void Core::update_member(Locked& at, JoinRequest& request, Member& member,
                         Reply<JoinResponse>& reply) {
  at.group.update_protocols(member, std::move(request.protocols));
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.session_timeout_ms = request.session_timeout_ms;
  // A request sent again: only the newer one can still reach the member.
  if (member.awaiting_join) {
    at.effects.reply(at.group.take_awaiting_join(member),
                     refusal(ErrorCode::rebalance_in_progress, member.id));
  }
  at.group.set_awaiting_join(member, std::move(reply));
  rebalance_or_complete_join(at, "a member rejoins");
}

}  // namespace millrace::coordinator
