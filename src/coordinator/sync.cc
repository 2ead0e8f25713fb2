// SyncGroup: the leader's assignment is stored, then everybody gets a part of it.
#include <utility>

#include "coordinator/append_error.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

SyncResponse refusal(ErrorCode error) {
  SyncResponse response;
  response.error = error;
  return response;
}

bool differ(const std::optional<std::string>& asked, const std::optional<std::string>& ours) {
  return asked && ours && asked != ours;
}

ErrorCode validate(const Group& group, const SyncRequest& request) {
  if (group.is(GroupState::dead)) return ErrorCode::coordinator_not_available;
  if (const auto error = group.validate_member(request.member_id, request.group_instance_id);
      error != ErrorCode::none) {
    return error;
  }
  if (request.generation_id != group.generation_id()) return ErrorCode::illegal_generation;
  if (differ(request.protocol_type, group.protocol_type()) ||
      differ(request.protocol_name, group.protocol_name())) {
    return ErrorCode::inconsistent_group_protocol;
  }
  if (group.is(GroupState::empty)) return ErrorCode::unknown_member_id;
  if (group.is(GroupState::preparing_rebalance)) return ErrorCode::rebalance_in_progress;
  return ErrorCode::none;
}

}  // namespace

void Core::sync(SyncRequest request, Reply<SyncResponse> reply) {
  if (request.group_id.empty()) return reply(refusal(ErrorCode::invalid_group_id));
  const Found found = find(request.group_id);
  if (found.error == ErrorCode::coordinator_load_in_progress) {
    // What was asked before the restart is lost; the member has to join again.
    return reply(refusal(ErrorCode::rebalance_in_progress));
  }
  if (!found.cell) return reply(refusal(ErrorCode::unknown_member_id));

  with_group(found.cell, [&](Locked& at) {
    when_settled(at, [this, request = std::move(request),
                      reply = std::move(reply)](Locked& settled) mutable {
      if (settled.consumer.state) return sync_consumer_group(settled, request, reply);
      sync_group(settled, request, reply);
    });
  });
}

void Core::sync_group(Locked& at, SyncRequest& request, Reply<SyncResponse>& reply) {
  if (const auto error = validate(at.group, request); error != ErrorCode::none) {
    return at.effects.reply(std::move(reply), refusal(error));
  }
  if (at.group.is(GroupState::completing_rebalance)) return sync_completing(at, request, reply);
  note_sync(at, request.member_id);
  SyncResponse response;
  response.protocol_type = at.group.protocol_type();
  response.protocol_name = at.group.protocol_name();
  response.assignment = at.group.member(request.member_id).assignment;
  at.effects.reply(std::move(reply), std::move(response));
}

void Core::note_sync(Locked& at, const std::string& member_id) {
  at.group.pending_sync().erase(member_id);
  if (at.group.pending_sync().empty()) cancel_timer(at, &Group::sync_timer);
}

void Core::sync_completing(Locked& at, SyncRequest& request, Reply<SyncResponse>& reply) {
  Member& member = at.group.member(request.member_id);
  // A request sent again: only the newer one can still reach the member.
  at.effects.reply(std::exchange(member.awaiting_sync, std::move(reply)),
                   refusal(ErrorCode::rebalance_in_progress));
  note_sync(at, request.member_id);
  if (at.group.is_leader(request.member_id)) store_assignment(at, request);
}

void Core::store_assignment(Locked& at, SyncRequest& request) {
  std::map<std::string, Bytes, std::less<>> assignments;
  for (auto& [member_id, assignment] : request.assignments) {
    assignments[member_id] = std::move(assignment);
  }
  auto batch = new_batch();
  add_group_record(batch, at.group, at.group.to_value(assignments));
  at.group.is_in_log = true;
  append(at, batch, {},
         [this, assignments, generation = request.generation_id](Locked& later,
                                                                 const Result<Offset>& appended) {
           // Somebody may have joined or left meanwhile; then the assignment is of no use.
           if (!later.group.is(GroupState::completing_rebalance) ||
               later.group.generation_id() != generation) {
             return;
           }
           for (auto& [member_id, member] : later.group.members()) {
             const auto found = assignments.find(member_id);
             member.assignment = found == assignments.end() ? Bytes() : found->second;
           }
           assignment_stored(later, appended);
         });
}

void Core::assignment_stored(Locked& at, const Result<Offset>& appended) {
  if (appended) {
    propagate_assignment(at, ErrorCode::none);
    return at.group.transition_to(GroupState::stable, now_ms());
  }
  for (auto& [member_id, member] : at.group.members()) member.assignment.clear();
  propagate_assignment(at, append_error(appended.error()));
  prepare_rebalance(at, "the assignment could not be stored");
}

void Core::propagate_assignment(Locked& at, ErrorCode error) {
  for (auto& [member_id, member] : at.group.members()) {
    if (!member.awaiting_sync) continue;
    SyncResponse response;
    response.error = error;
    if (error == ErrorCode::none) {
      response.protocol_type = at.group.protocol_type();
      response.protocol_name = at.group.protocol_name();
      response.assignment = member.assignment;
    }
    at.effects.reply(std::exchange(member.awaiting_sync, nullptr), std::move(response));
    // The session may have run out, excused, while the member waited.
    touch_session(at, member);
  }
}

}  // namespace millrace::coordinator
