// ConsumerGroupHeartbeat: joining, staying in and leaving a group of the consumer protocol.
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/uuid.h"
#include "coordinator/consumer/classic_conversion.h"
#include "coordinator/consumer/member_heartbeat.h"
#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

ConsumerHeartbeatResponse failed(ErrorCode error) {
  ConsumerHeartbeatResponse response;
  response.error = error;
  return response;
}

}  // namespace

void Core::consumer_heartbeat(ConsumerHeartbeatRequest request,
                              Reply<ConsumerHeartbeatResponse> reply) {
  if (auto refusal = refuse_heartbeat(request, config_)) return reply(*std::move(refusal));
  const bool is_joining = request.member_epoch == kJoinEpoch;
  const Found found = is_joining ? find_or_create(request.group_id) : find(request.group_id);
  if (found.error != ErrorCode::none) return reply(failed(found.error));
  if (!found.cell) {
    return reply(heartbeat_refusal(ErrorCode::group_id_not_found,
                                   cat(request.member_epoch < 0 ? "Group " : "Consumer group ",
                                       request.group_id, " not found.")));
  }
  if (request.member_id.empty()) request.member_id = Uuid::random().to_string();

  with_group(found.cell, [&](Locked& at) {
    when_settled(at, [this, request = std::move(request),
                      reply = std::move(reply)](Locked& settled) mutable {
      if (settled.group.is(GroupState::dead)) {
        return settled.effects.reply(std::move(reply),
                                     failed(ErrorCode::coordinator_not_available));
      }
      if (!settled.consumer.state && request.member_epoch == kJoinEpoch) {
        return join_as_first_consumer(settled, request, std::move(reply));
      }
      if (!settled.consumer.state) {
        return settled.effects.reply(
            std::move(reply),
            heartbeat_refusal(ErrorCode::group_id_not_found,
                              cat("Group ", request.group_id, " is not a consumer group.")));
      }
      if (request.member_epoch < kJoinEpoch) {
        return leave_consumer_group(settled, request, std::move(reply));
      }
      heartbeat_of_member(settled, request, std::move(reply));
    });
  });
}

void Core::heartbeat_of_member(Locked& at, const ConsumerHeartbeatRequest& request,
                               Reply<ConsumerHeartbeatResponse> reply) {
  ConsumerState& state = *at.consumer.state;
  const int64_t version = log_.topics_version();
  auto change = new_change(at, state.group);
  auto response = member_heartbeat(change, request, state.topics_seen != version);
  if (response.error != ErrorCode::none) {
    return at.effects.reply(std::move(reply), std::move(response));
  }
  write_change(at, change,
               [this, version, response = std::move(response), reply = std::move(reply)](
                   Locked& later, ErrorCode error) {
                 if (error != ErrorCode::none) return later.effects.reply(reply, failed(error));
                 later.consumer.state->topics_seen = version;
                 touch_consumer(later, *response.member_id);
                 later.effects.reply(reply, ConsumerHeartbeatResponse(response));
               });
}

void Core::join_as_first_consumer(Locked& at, const ConsumerHeartbeatRequest& request,
                                  Reply<ConsumerHeartbeatResponse> reply) {
  const auto refuse = [&](ConsumerHeartbeatResponse refusal) {
    log::info("group ", at.group.id(), ": member ", request.member_id,
              " cannot join: ", refusal.error_message.value_or(""));
    at.effects.reply(std::move(reply), std::move(refusal));
  };
  if (auto refusal = refuse_upgrade(at.group)) return refuse(*std::move(refusal));
  auto state = std::make_unique<ConsumerState>();
  const int64_t version = log_.topics_version();
  auto change = new_change(at, state->group);
  if (!at.group.members().empty()) {
    // They join again and find the group speaking the other protocol, or, where the change of
    // protocols is refused from here on, as it was.
    send_back_waiting(at);
    if (const auto added = add_classic_members(change, at.group); !added) {
      const std::string why(added.error().message());
      return refuse(heartbeat_refusal(ErrorCode::group_id_not_found, why));
    }
  }
  auto response = member_heartbeat(change, request, true);
  if (response.error != ErrorCode::none) return refuse(std::move(response));
  auto batch = new_batch();
  std::optional<GroupValue> before;
  if (at.group.protocol_type()) {
    log::info("group ", at.group.id(), " changes from the classic to the consumer protocol");
    before = at.group.to_value();
    const Bytes key = encode_key(GroupKey{at.group.id()});
    batch.add({.timestamp = now_ms(), .key = key, .value = std::nullopt});
  }
  detach_classic_group(at);
  at.consumer.state = std::move(state);
  write_change(at, batch, change,
               [this, version, before, response = std::move(response), reply = std::move(reply)](
                   Locked& later, ErrorCode error) {
                 if (error == ErrorCode::none) {
                   later.consumer.state->topics_seen = version;
                   touch_consumer(later, *response.member_id);
                   return later.effects.reply(reply, ConsumerHeartbeatResponse(response));
                 }
                 // The log still holds the group as it was.
                 later.consumer.state.reset();
                 if (before) {
                   later.group.restore(*before);
                   for (auto& [id, member] : later.group.members()) touch_session(later, member);
                 }
                 later.effects.reply(reply, failed(error));
               });
}

void Core::leave_consumer_group(Locked& at, const ConsumerHeartbeatRequest& request,
                                Reply<ConsumerHeartbeatResponse> reply) {
  const auto leaving = find_leaving(at.consumer.group(), request);
  if (!leaving.member) {
    return at.effects.reply(std::move(reply), ConsumerHeartbeatResponse(leaving.refusal));
  }
  ConsumerHeartbeatResponse response;
  response.member_id = leaving.member->id;
  response.member_epoch = request.member_epoch;
  const auto answer = [response, reply = std::move(reply)](Locked& later, ErrorCode error) {
    later.effects.reply(
        reply, error == ErrorCode::none ? ConsumerHeartbeatResponse(response) : failed(error));
  };
  if (request.member_epoch == kStaticLeaveEpoch && request.instance_id) {
    auto change = new_change(at, at.consumer.group());
    leave_for_a_while(change, *leaving.member);
    return write_change(at, change, answer);
  }
  log::info("group ", at.group.id(), ": member ", leaving.member->id, " left");
  fence_consumers(at, {leaving.member->id}, answer);
}

}  // namespace millrace::coordinator
