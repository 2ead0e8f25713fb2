#include "coordinator/consumer/member_heartbeat.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "coordinator/name_regex.h"

namespace millrace::coordinator {

namespace {

using Refusal = std::optional<ConsumerHeartbeatResponse>;

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0 && c <= ' '; });
}

bool is_set_and_blank(const std::optional<std::string>& text) { return text && is_blank(*text); }

ConsumerHeartbeatResponse invalid(std::string message) {
  return heartbeat_refusal(ErrorCode::invalid_request, std::move(message));
}

Refusal refuse_join(const ConsumerHeartbeatRequest& request) {
  if (request.rebalance_timeout_ms == -1) {
    return invalid("RebalanceTimeoutMs must be provided in first request.");
  }
  if (!request.owned || !request.owned->empty()) {
    return invalid("TopicPartitions must be empty when (re-)joining.");
  }
  if (!request.subscribed_topics && !request.subscribed_regex) {
    return invalid(
        "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
  }
  return std::nullopt;
}

bool is_subset(const std::optional<PartitionSets>& owned, const PartitionEpochs& assigned) {
  if (!owned) return false;
  return std::ranges::all_of(*owned, [&](const auto& topic) {
    const auto found = assigned.find(topic.first);
    return found != assigned.end() &&
           std::ranges::all_of(topic.second, [&](int32_t p) { return found->second.contains(p); });
  });
}

/// A member may come with its last epoch: the answer that told the new one can have been lost.
Refusal refuse_epoch(const ConsumerMember& member, const ConsumerHeartbeatRequest& request) {
  const int32_t known = member.current.member_epoch;
  const int32_t received = request.member_epoch;
  if (received == kJoinEpoch || received == known) return std::nullopt;
  const bool is_repeated = received < known && received == member.current.previous_member_epoch &&
                           is_subset(request.owned, member.current.assigned);
  if (is_repeated) return std::nullopt;
  return heartbeat_refusal(
      ErrorCode::fenced_member_epoch,
      cat("The consumer group member has a ", received > known ? "greater" : "smaller",
          " member epoch (", received, ") than the one known by the group coordinator (", known,
          "). The member must abandon all its partitions and rejoin."));
}

Refusal enter_as_dynamic_member(ConsumerChange& change, const ConsumerHeartbeatRequest& request) {
  const ConsumerMember* member = change.group().find(request.member_id);
  if (member) return refuse_epoch(*member, request);
  if (request.member_epoch == kJoinEpoch) return std::nullopt;
  return heartbeat_refusal(
      ErrorCode::unknown_member_id,
      cat("Member ", request.member_id, " is not a member of group ", request.group_id, "."));
}

Refusal enter_as_static_member(ConsumerChange& change, const ConsumerHeartbeatRequest& request) {
  const std::string& instance_id = *request.instance_id;
  const ConsumerMember* holder = change.group().find_static(instance_id);
  if (request.member_epoch != kJoinEpoch) {
    if (!holder) {
      return heartbeat_refusal(ErrorCode::unknown_member_id,
                               cat("Instance id ", instance_id, " is unknown."));
    }
    if (holder->id != request.member_id) {
      return heartbeat_refusal(ErrorCode::fenced_instance_id,
                               cat("Static member ", request.member_id, " with instance id ",
                                   instance_id, " was fenced by member ", holder->id, "."));
    }
    return refuse_epoch(*holder, request);
  }
  if (!holder) return std::nullopt;
  if (!holder->uses_classic_protocol() && holder->current.member_epoch != kStaticLeaveEpoch) {
    return heartbeat_refusal(
        ErrorCode::unreleased_instance_id,
        cat("Static member ", request.member_id, " with instance id ", instance_id,
            " cannot join the group because the instance id is owned by ", holder->id, " member."));
  }
  if (holder->id != request.member_id) {
    change.replace_member(std::string(holder->id), request.member_id);
  }
  return std::nullopt;
}

ConsumerMemberValue updated_info(ConsumerMemberValue info,
                                 const ConsumerHeartbeatRequest& request) {
  if (request.instance_id) info.instance_id = request.instance_id;
  if (request.rack_id) info.rack_id = request.rack_id;
  if (request.rebalance_timeout_ms != -1) info.rebalance_timeout_ms = request.rebalance_timeout_ms;
  if (request.server_assignor) info.server_assignor = request.server_assignor;
  if (request.subscribed_topics) info.subscribed_topics = *request.subscribed_topics;
  if (request.subscribed_regex) info.subscribed_regex = *request.subscribed_regex;
  info.client_id = request.client_id;
  info.client_host = request.client_host;
  info.classic.reset();
  return info;
}

PartitionSets without_epochs(const PartitionEpochs& partitions) {
  PartitionSets sets;
  for (const auto& [topic, epochs] : partitions) {
    for (const auto& [partition, epoch] : epochs) sets[topic].insert(partition);
  }
  return sets;
}

}  // namespace

ConsumerHeartbeatResponse heartbeat_refusal(ErrorCode error, std::string message) {
  ConsumerHeartbeatResponse response;
  response.error = error;
  response.error_message = std::move(message);
  return response;
}

Refusal refuse_heartbeat(const ConsumerHeartbeatRequest& request, const CoordinatorConfig& config) {
  const bool needs_id = request.brings_member_id || request.member_epoch > kJoinEpoch ||
                        request.member_epoch == kLeaveEpoch;
  if (needs_id && is_blank(request.member_id)) return invalid("MemberId can't be empty.");
  if (is_blank(request.group_id)) return invalid("GroupId can't be empty.");
  if (is_set_and_blank(request.instance_id)) return invalid("InstanceId can't be empty.");
  if (is_set_and_blank(request.rack_id)) return invalid("RackId can't be empty.");
  if (request.member_epoch == kJoinEpoch) {
    if (auto refusal = refuse_join(request)) return refusal;
  } else if (request.member_epoch == kStaticLeaveEpoch) {
    if (!request.instance_id) return invalid("InstanceId can't be null.");
  } else if (request.member_epoch < kStaticLeaveEpoch) {
    return invalid("MemberEpoch is invalid.");
  }
  if (!request.server_assignor) return std::nullopt;
  std::string names;
  for (const Assignor assignor : config.consumer_assignors) {
    if (*request.server_assignor == assignor_name(assignor)) return std::nullopt;
    names += cat(names.empty() ? "" : ", ", assignor_name(assignor));
  }
  return heartbeat_refusal(ErrorCode::unsupported_assignor,
                           cat("ServerAssignor ", *request.server_assignor,
                               " is not supported. Supported assignors: ", names, "."));
}

ConsumerHeartbeatResponse member_heartbeat(ConsumerChange& change,
                                           const ConsumerHeartbeatRequest& request,
                                           bool must_look_at_topics) {
  const int32_t size_max = change.config().consumer_group_size_max;
  if (!change.group().find(request.member_id) &&
      change.group().members().size() >= static_cast<size_t>(std::max(size_max, 0))) {
    return heartbeat_refusal(
        ErrorCode::group_max_size_reached,
        cat("The consumer group has reached its maximum capacity of ", size_max, " members."));
  }
  auto refusal = request.instance_id ? enter_as_static_member(change, request)
                                     : enter_as_dynamic_member(change, request);
  if (refusal) return *std::move(refusal);

  const ConsumerMember* known = change.group().find(request.member_id);
  const ConsumerMember before = known ? *known : ConsumerMember{request.member_id, {}, {}};
  ConsumerMemberValue info = updated_info(before.info, request);
  const bool has_new_regex = info.subscribed_regex != before.info.subscribed_regex;
  const bool has_new_names = info.subscribed_topics != before.info.subscribed_topics;
  if (has_new_regex && !info.subscribed_regex.empty()) {
    if (const auto checked = check_regex(info.subscribed_regex); !checked) {
      return heartbeat_refusal(ErrorCode::invalid_regular_expression,
                               std::string(checked.error().message()));
    }
  }
  if (!known || info != before.info) change.add(ConsumerMemberRecord{before.id, std::move(info)});

  if (must_look_at_topics || has_new_names || has_new_regex) {
    const bool has_regex_change = change.refresh_regexes();
    change.update_epoch(has_new_names || has_new_regex || has_regex_change);
  }
  change.update_target();
  if (!change.reconcile_member(before.id, request.owned, has_new_names || has_new_regex)) {
    return heartbeat_refusal(ErrorCode::fenced_member_epoch,
                             "The consumer group member is in a unknown state. The member must "
                             "abandon all its partitions and rejoin.");
  }

  const CurrentAssignmentValue after = change.current_of(before);
  ConsumerHeartbeatResponse response;
  response.member_id = before.id;
  response.member_epoch = after.member_epoch;
  response.heartbeat_interval_ms = change.times().heartbeat_interval_ms;
  const bool is_full = request.rebalance_timeout_ms != -1 && request.owned &&
                       (request.subscribed_topics || request.subscribed_regex);
  if (request.member_epoch == kJoinEpoch || is_full || after.assigned != before.current.assigned) {
    response.assignment = without_epochs(after.assigned);
  }
  return response;
}

LeavingConsumer find_leaving(const ConsumerGroup& group, const ConsumerHeartbeatRequest& request) {
  LeavingConsumer leaving;
  if (!request.instance_id) {
    leaving.member = group.find(request.member_id);
    if (!leaving.member) {
      leaving.refusal = heartbeat_refusal(
          ErrorCode::unknown_member_id,
          cat("Member ", request.member_id, " is not a member of group ", request.group_id, "."));
    }
    return leaving;
  }
  leaving.member = group.find_static(*request.instance_id);
  if (!leaving.member) {
    leaving.refusal = heartbeat_refusal(ErrorCode::unknown_member_id,
                                        cat("Instance id ", *request.instance_id, " is unknown."));
  } else if (leaving.member->id != request.member_id) {
    leaving.refusal = heartbeat_refusal(
        ErrorCode::fenced_instance_id,
        cat("Static member ", request.member_id, " with instance id ", *request.instance_id,
            " was fenced by member ", leaving.member->id, "."));
    leaving.member = nullptr;
  }
  return leaving;
}

void leave_for_a_while(ConsumerChange& change, const ConsumerMember& member) {
  CurrentAssignmentValue away = member.current;
  away.member_epoch = kStaticLeaveEpoch;
  away.pending_revocation.clear();
  change.add(CurrentAssignmentRecord{member.id, std::move(away)});
}

void fence_members(ConsumerChange& change, const std::set<std::string>& member_ids) {
  for (const std::string& id : member_ids) change.remove_member(id);
  change.refresh_regexes();
  change.update_epoch(true);
}

}  // namespace millrace::coordinator
