#include "client/group_member.h"

#include "base/text.h"
#include "client/consumer/assignors.h"
#include "client/groups.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/sync_group.h"

namespace millrace::client {
namespace {

/// The coordinator answers a join when the slowest member has come; this much later it is lost.
constexpr Milliseconds kJoinSlack{10'000};

/// Errors after which joining again puts things right.
bool asks_to_join_again(const Error& error) {
  return error.is(ErrorCode::rebalance_in_progress) || error.is(ErrorCode::illegal_generation) ||
         error.is(ErrorCode::unknown_member_id) || error.is(ErrorCode::member_id_required);
}

int32_t count_of(Milliseconds time) { return static_cast<int32_t>(time.count()); }

}  // namespace

Error GroupMember::lost_place(Error error) {
  if (error.is(ErrorCode::unknown_member_id)) member_id_.clear();
  if (error.is(ErrorCode::illegal_generation) || error.is(ErrorCode::unknown_member_id)) {
    generation_ = -1;
  }
  return error;
}

Result<wire::JoinGroupResponse> GroupMember::request_place(CallLimits limits) {
  MILL_TRY(BrokerLink* const link, cluster_.coordinator(options_.group, limits));
  wire::JoinGroupRequest request{.group_id = options_.group,
                                 .session_timeout_ms = count_of(options_.session_timeout),
                                 .rebalance_timeout_ms = count_of(options_.rebalance_timeout),
                                 .member_id = member_id_,
                                 .group_instance_id = options_.instance_id,
                                 .protocol_type = kConsumerProtocolType};
  request.protocols.push_back({.name = std::string(name_of(Assignor::range)),
                               .metadata = encode_subscription({.topics = options_.topics})});
  MILL_TRY(auto response, link->call<wire::JoinGroupResponse>(request, limits));
  if (response.error_code == ErrorCode::member_id_required) member_id_ = response.member_id;
  if (auto ok = check_code(response.error_code, cat("joining group '", options_.group, "'")); !ok) {
    return lost_place(std::move(ok).error());
  }
  member_id_ = response.member_id;
  generation_ = response.generation_id;
  return response;
}

Result<std::map<std::string, std::vector<TopicPartition>>> GroupMember::share_out(
    const wire::JoinGroupResponse& joined, CallLimits limits) {
  std::vector<Subscriber> subscribers;
  PartitionCounts partition_counts;
  for (const auto& member : joined.members) {
    MILL_TRY(auto subscription, decode_subscription(member.metadata));
    for (const auto& name : subscription.topics) {
      if (partition_counts.contains(name)) continue;
      auto topic = cluster_.topic(name, MissingTopic::refuse, limits);
      // What is not there (yet) has no partitions to share out.
      if (!topic && !topic.error().is(ErrorCode::unknown_topic_or_partition)) {
        return std::move(topic).error();
      }
      partition_counts[name] = topic ? static_cast<int32_t>(topic->partitions.size()) : 0;
    }
    subscribers.push_back({.member_id = member.member_id,
                           .group_instance_id = member.group_instance_id,
                           .subscription = std::move(subscription)});
  }
  return assign_ranges(std::move(subscribers), partition_counts);
}

Result<std::vector<TopicPartition>> GroupMember::join_once(CallLimits limits) {
  MILL_TRY(const auto joined, request_place(limits));
  wire::SyncGroupRequest request{.group_id = options_.group,
                                 .generation_id = generation_,
                                 .member_id = member_id_,
                                 .group_instance_id = options_.instance_id,
                                 .protocol_type = kConsumerProtocolType,
                                 .protocol_name = joined.protocol_name};
  if (joined.leader == member_id_ && !joined.skip_assignment) {
    MILL_TRY(const auto shares, share_out(joined, limits));
    for (const auto& [member, partitions] : shares) {
      request.assignments.push_back(
          {.member_id = member, .assignment = encode_assignment(partitions)});
    }
  }
  MILL_TRY(BrokerLink* const link, cluster_.coordinator(options_.group, limits));
  MILL_TRY(const auto response, link->call<wire::SyncGroupResponse>(request, limits));
  if (auto ok = check_code(response.error_code, cat("joining group '", options_.group, "'")); !ok) {
    return lost_place(std::move(ok).error());
  }
  next_heartbeat_ = std::chrono::steady_clock::now() + options_.heartbeat_interval;
  return decode_assignment(response.assignment);
}

Result<std::vector<TopicPartition>> GroupMember::join() {
  const auto deadline = std::chrono::steady_clock::now() +
                        std::max(cluster_.timeout(), options_.rebalance_timeout) + kJoinSlack;
  const CallLimits limits{.deadline = deadline};
  for (;;) {
    auto assigned = cluster_.retrying(limits, [&] { return join_once(limits); });
    if (assigned || !asks_to_join_again(assigned.error())) return assigned;
    if (std::chrono::steady_clock::now() >= deadline) return assigned;
  }
}

Result<GroupMember::Standing> GroupMember::heartbeat() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_heartbeat_) return Standing::member;
  next_heartbeat_ = now + options_.heartbeat_interval;
  const auto limits = cluster_.limits();
  auto beaten = cluster_.retrying(limits, [&]() -> Result<void> {
    MILL_TRY(BrokerLink* const link, cluster_.coordinator(options_.group, limits));
    const wire::HeartbeatRequest request{.group_id = options_.group,
                                         .generation_id = generation_,
                                         .member_id = member_id_,
                                         .group_instance_id = options_.instance_id};
    MILL_TRY(const auto response, link->call<wire::HeartbeatResponse>(request, limits));
    return check_code(response.error_code, cat("staying in group '", options_.group, "'"));
  });
  if (beaten) return Standing::member;
  auto error = lost_place(std::move(beaten).error());
  if (asks_to_join_again(error)) return Standing::rebalancing;
  return error;
}

Result<PartitionOffsets> GroupMember::committed(const std::vector<TopicPartition>& partitions) {
  MILL_TRY(auto all, committed_offsets(cluster_, options_.group, cluster_.limits()));
  std::erase_if(all, [&](const auto& item) {
    return std::ranges::find(partitions, item.first) == partitions.end();
  });
  return all;
}

Result<void> GroupMember::commit(const PartitionOffsets& offsets) {
  if (offsets.empty()) return {};
  auto done = commit_offsets(
      cluster_, options_.group, offsets,
      {.member_id = member_id_, .generation = generation_, .instance_id = options_.instance_id},
      cluster_.limits(Signals::ignore));
  if (!done) return lost_place(std::move(done).error());
  return done;
}

Result<void> GroupMember::leave() {
  if (member_id_.empty() || options_.instance_id) return {};
  const auto limits = cluster_.limits(Signals::ignore);
  MILL_TRY(BrokerLink* const link, cluster_.coordinator(options_.group, limits));
  wire::LeaveGroupRequest request{.group_id = options_.group, .member_id = member_id_};
  request.members.push_back({.member_id = member_id_, .reason = "the consumer is closing"});
  MILL_TRY(const auto response, link->call<wire::LeaveGroupResponse>(request, limits));
  member_id_.clear();
  generation_ = -1;
  return check_code(response.error_code, cat("leaving group '", options_.group, "'"));
}

}  // namespace millrace::client
