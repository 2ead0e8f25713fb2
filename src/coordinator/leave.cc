// LeaveGroup: members say goodbye, or an administrator removes static ones by their instance id.
#include <utility>

#include "coordinator/core.h"

namespace millrace::coordinator {

void Core::leave(LeaveRequest request, Reply<LeaveResponse> reply) {
  LeaveResponse response;
  if (request.group_id.empty()) response.error = ErrorCode::invalid_group_id;
  const Found found = find(request.group_id);
  if (response.error == ErrorCode::none) response.error = found.error;
  if (response.error != ErrorCode::none) return reply(std::move(response));
  for (auto& member : request.members) {
    response.members.push_back({std::move(member.member_id), std::move(member.group_instance_id),
                                ErrorCode::unknown_member_id});
  }
  if (!found.cell) return reply(std::move(response));

  with_group(found.cell, [&](Locked& at) {
    when_settled(at, [this, response = std::move(response),
                      reply = std::move(reply)](Locked& settled) mutable {
      if (settled.consumer.state) return leave_consumer_group(settled, response, reply);
      leave_group(settled, response, reply);
    });
  });
}

void Core::leave_group(Locked& at, LeaveResponse& response, Reply<LeaveResponse>& reply) {
  Group& group = at.group;
  if (group.is(GroupState::dead)) {
    response.members.clear();
    response.error = ErrorCode::coordinator_not_available;
    return at.effects.reply(std::move(reply), std::move(response));
  }
  bool has_changed = false;
  for (LeftMember& leaving : response.members) {
    if (const auto pending = group.pending_members().find(leaving.member_id);
        pending != group.pending_members().end()) {
      end_session(pending->second);
      group.remove(leaving.member_id);
      leaving.error = ErrorCode::none;
    } else {
      const auto held_by = leaving.group_instance_id
                               ? group.static_member_id(*leaving.group_instance_id)
                               : std::nullopt;
      const bool is_by_instance = leaving.member_id.empty() && held_by;
      const std::string member_id = is_by_instance ? *held_by : leaving.member_id;
      leaving.error = group.validate_member(member_id, leaving.group_instance_id);
      if (leaving.error == ErrorCode::none) drop_member(at, member_id);
    }
    has_changed |= leaving.error == ErrorCode::none;
  }
  at.effects.reply(std::move(reply), std::move(response));
  if (!has_changed) return;
  if (group.is(GroupState::stable) || group.is(GroupState::completing_rebalance)) {
    prepare_rebalance(at, "members left");
  } else {
    complete_join_if_all_joined(at);
  }
}

}  // namespace millrace::coordinator
