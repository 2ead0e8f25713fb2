// Members of the classic protocol in a group of the consumer protocol: they join, sync, heartbeat
// and leave as ever, and the coordinator assigns in place of a leader.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"
#include "coordinator/consumer/classic_conversion.h"
#include "coordinator/consumer/consumer_protocol.h"
#include "coordinator/core.h"
#include "coordinator/subscription.h"

namespace millrace::coordinator {

namespace {

JoinResponse join_refusal(ErrorCode error, std::string member_id) {
  JoinResponse response;
  response.error = error;
  response.member_id = std::move(member_id);
  return response;
}

SyncResponse sync_refusal(ErrorCode error) {
  SyncResponse response;
  response.error = error;
  return response;
}

/// Where the member stands in the group's change of epochs, as it is told to join again.
bool must_rejoin(const ConsumerGroup& group, const ConsumerMember& member) {
  const CurrentAssignmentValue& current = member.current;
  if (current.member_epoch < group.epoch()) return true;
  if (current.state == MemberState::unrevoked_partitions) return true;
  if (current.state != MemberState::unreleased_partitions) return false;
  // Once what it waits for is free, joining again brings it.
  return std::ranges::none_of(group.target(member.id), [&](const auto& topic) {
    return std::ranges::any_of(topic.second, [&](int32_t partition) {
      const std::string* owner = group.owner(topic.first, partition);
      return owner && *owner != member.id;
    });
  });
}

ConsumerMemberValue info_of(const JoinRequest& request, const ConsumerSubscription& subscription,
                            ConsumerMemberValue info) {
  if (request.group_instance_id) info.instance_id = request.group_instance_id;
  if (subscription.rack_id) info.rack_id = subscription.rack_id;
  if (request.rebalance_timeout_ms != -1) info.rebalance_timeout_ms = request.rebalance_timeout_ms;
  info.subscribed_topics = subscription.topics;
  info.subscribed_regex.clear();
  info.client_id = request.client_id;
  info.client_host = request.client_host;
  info.classic = ClassicMemberValue{request.session_timeout_ms, request.protocols};
  return info;
}

}  // namespace

ErrorCode Core::validate_classic_member(const ConsumerGroup& group, std::string_view member_id,
                                        const std::optional<std::string>& instance_id) {
  if (!instance_id) {
    return group.find(member_id) ? ErrorCode::none : ErrorCode::unknown_member_id;
  }
  const ConsumerMember* holder = group.find_static(*instance_id);
  if (!holder) return ErrorCode::unknown_member_id;
  return holder->id == member_id ? ErrorCode::none : ErrorCode::fenced_instance_id;
}

void Core::join_consumer_group(Locked& at, JoinRequest& request, Reply<JoinResponse>& reply) {
  const ConsumerGroup& group = at.consumer.group();
  const auto refuse = [&](ErrorCode error, const std::string& member_id) {
    at.effects.reply(std::move(reply), join_refusal(error, member_id));
  };
  if (config_.consumer_migration_policy == MigrationPolicy::disabled ||
      request.protocol_type != kConsumerProtocolType ||
      !group.supports_classic_protocols(request.protocols)) {
    return refuse(ErrorCode::inconsistent_group_protocol, request.member_id);
  }
  const bool is_newcomer = request.member_id.empty();
  const std::string member_id = is_newcomer ? Uuid::random().to_string() : request.member_id;
  const auto size_max = static_cast<size_t>(std::max(config_.consumer_group_size_max, 0));
  if (!group.find(member_id) && group.members().size() >= size_max) {
    return refuse(ErrorCode::group_max_size_reached, kNoMemberId);
  }
  if (is_newcomer && request.require_known_member_id && !request.group_instance_id) {
    return refuse(ErrorCode::member_id_required, member_id);
  }
  const auto subscription = parse_subscription(request.protocols.front().metadata);
  if (!subscription) return refuse(ErrorCode::unknown_server_error, request.member_id);

  auto change = new_change(at, group);
  if (request.group_instance_id) {
    const ConsumerMember* holder = group.find_static(*request.group_instance_id);
    if (is_newcomer && holder && !holder->uses_classic_protocol() &&
        (group.members().size() == 1 || can_downgrade_without(group, {holder->id}))) {
      // The last member of the consumer protocol comes back with the classic one.
      return fence_consumers(at, {holder->id},
                             [this, request, reply, member_id](Locked& later, ErrorCode error) {
                               auto moved_request = request;
                               auto moved_reply = reply;
                               if (error == ErrorCode::none) {
                                 return join_group(later, moved_request, moved_reply);
                               }
                               later.effects.reply(reply, join_refusal(error, member_id));
                             });
    }
    if (is_newcomer && holder) {
      change.replace_member(std::string(holder->id), member_id);
    } else if (!is_newcomer) {
      const auto error = validate_classic_member(group, member_id, request.group_instance_id);
      if (error != ErrorCode::none) return refuse(error, member_id);
    }
  }
  const ConsumerMember* known = change.group().find(member_id);
  const ConsumerMemberValue before = known ? known->info : ConsumerMemberValue();
  ConsumerMemberValue info = info_of(request, *subscription, before);
  const bool has_new_topics = info.subscribed_topics != before.subscribed_topics ||
                              info.subscribed_regex != before.subscribed_regex;
  if (!known || info != before) change.add(ConsumerMemberRecord{member_id, std::move(info)});
  const int64_t version = log_.topics_version();
  if (has_new_topics || at.consumer.state->topics_seen != version) {
    const bool has_regex_change = change.refresh_regexes();
    change.update_epoch(has_new_topics || has_regex_change);
  }
  change.update_target();
  if (!change.reconcile_member(member_id, with_ids(subscription->owned, log_), has_new_topics)) {
    return refuse(ErrorCode::unknown_member_id, member_id);
  }

  JoinResponse response;
  response.member_id = member_id;
  response.generation_id = change.group().find(member_id)->current.member_epoch;
  response.protocol_type = kConsumerProtocolType;
  response.protocol_name = request.protocols.front().name;
  const int32_t rebalance_timeout_ms = request.rebalance_timeout_ms;
  write_change(at, change,
               [this, version, response, rebalance_timeout_ms, reply = std::move(reply)](
                   Locked& later, ErrorCode error) {
                 const std::string& id = response.member_id;
                 if (error != ErrorCode::none) {
                   return later.effects.reply(reply, join_refusal(error, id));
                 }
                 later.consumer.state->topics_seen = version;
                 touch_consumer(later, id);
                 cancel_member_timer(later, id, &ConsumerTimers::join);
                 set_member_timer(later, id, &ConsumerTimers::sync, rebalance_timeout_ms,
                                  "it did not sync in time");
                 later.effects.reply(reply, JoinResponse(response));
               });
}

void Core::sync_consumer_group(Locked& at, const SyncRequest& request, Reply<SyncResponse>& reply) {
  const ConsumerGroup& group = at.consumer.group();
  const auto refuse = [&](ErrorCode error) {
    at.effects.reply(std::move(reply), sync_refusal(error));
  };
  const auto error = validate_classic_member(group, request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) return refuse(error);
  const ConsumerMember& member = *group.find(request.member_id);
  if (!member.uses_classic_protocol()) return refuse(ErrorCode::unknown_member_id);
  if (request.generation_id != member.current.member_epoch) {
    return refuse(ErrorCode::illegal_generation);
  }
  const std::string& protocol = member.info.classic->protocols.front().name;
  if (request.protocol_type.value_or(kConsumerProtocolType) != kConsumerProtocolType ||
      request.protocol_name.value_or(protocol) != protocol) {
    return refuse(ErrorCode::inconsistent_group_protocol);
  }
  if (group.epoch() > member.current.member_epoch &&
      member.current.state != MemberState::unrevoked_partitions) {
    expect_rejoin(at, member);
    return refuse(ErrorCode::rebalance_in_progress);
  }
  touch_consumer(at, member.id);
  cancel_member_timer(at, member.id, &ConsumerTimers::sync);
  SyncResponse response;
  response.protocol_type = request.protocol_type;
  response.protocol_name = request.protocol_name;
  response.assignment = encode_for(member, with_names(member.current.assigned, log_));
  at.effects.reply(std::move(reply), std::move(response));
}

ErrorCode Core::heartbeat_in_consumer_group(Locked& at, const HeartbeatRequest& request) {
  const ConsumerGroup& group = at.consumer.group();
  // The group is changing its protocol at this moment.
  if (at.consumer.is_changing && group.is_void()) return ErrorCode::rebalance_in_progress;
  const auto error = validate_classic_member(group, request.member_id, request.group_instance_id);
  if (error != ErrorCode::none) return error;
  const ConsumerMember& member = *group.find(request.member_id);
  if (!member.uses_classic_protocol()) return ErrorCode::unknown_member_id;
  if (request.generation_id != member.current.member_epoch) return ErrorCode::illegal_generation;
  touch_consumer(at, member.id);
  if (!must_rejoin(group, member)) return ErrorCode::none;
  expect_rejoin(at, member);
  return ErrorCode::rebalance_in_progress;
}

void Core::expect_rejoin(Locked& at, const ConsumerMember& member) {
  if (at.consumer.state->timers[member.id].join.stamp != 0) return;
  set_member_timer(at, member.id, &ConsumerTimers::join, member.info.rebalance_timeout_ms,
                   "it did not join again in time");
}

void Core::leave_consumer_group(Locked& at, LeaveResponse& response, Reply<LeaveResponse>& reply) {
  const ConsumerGroup& group = at.consumer.group();
  std::set<std::string> leaving_ids;
  for (LeftMember& leaving : response.members) {
    const ConsumerMember* holder =
        leaving.group_instance_id ? group.find_static(*leaving.group_instance_id) : nullptr;
    const bool is_by_instance = leaving.member_id.empty() && holder;
    const std::string member_id = is_by_instance ? holder->id : leaving.member_id;
    leaving.error = validate_classic_member(group, member_id, leaving.group_instance_id);
    if (leaving.error == ErrorCode::none) leaving_ids.insert(member_id);
  }
  fence_consumers(at, leaving_ids,
                  [response, reply = std::move(reply)](Locked& later, ErrorCode error) {
                    LeaveResponse answer = response;
                    answer.error = error;
                    if (error != ErrorCode::none) answer.members.clear();
                    later.effects.reply(reply, std::move(answer));
                  });
}

}  // namespace millrace::coordinator
