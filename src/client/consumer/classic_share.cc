// How a classic group's partitions are shared out: what the leader does, and what each member does
// with its share.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/consumer/classic_member.h"
#include "client/consumer/coordinator_call.h"
#include "client/consumer/partition_sets.h"

namespace millrace::client {

Task<Result<ClassicMember::Partitions>> ClassicMember::sync(Self self, uint64_t attempt,
                                                            Joined joined) {
  Gateway& gateway = *self->gateway_;
  wire::SyncGroupRequest request{.group_id = self->options_.group,
                                 .generation_id = joined.generation_id,
                                 .member_id = joined.member_id,
                                 .group_instance_id = self->instance_id(),
                                 .protocol_type = kConsumerProtocolType,
                                 .protocol_name = joined.protocol_name};
  const auto protocol = joined.protocol_name;
  const std::string doing = cat("getting a share of group '", self->options_.group, "'");
  if (joined.leader == joined.member_id) {
    auto sharing = share(self, std::move(joined));
    MILL_CO_TRY(request.assignments, co_await sharing);
    if (self->attempt_ != attempt) co_return Gateway::closed_error();
  }
  auto asking = ask_coordinator<wire::SyncGroupResponse>(
      gateway, self->options_.group, Lane::joins, std::move(request),
      gateway.request_deadline(SteadyTime::max()));
  MILL_CO_TRY(const auto response, co_await asking);
  MILL_CO_CHECK(check_code(response.error_code, doing));
  if (response.protocol_name && response.protocol_name != protocol) {
    co_return kafka_error(ErrorCode::inconsistent_group_protocol,
                          cat(doing, ": '", *response.protocol_name, "' came in place of '",
                              protocol.value_or(""), "'"));
  }
  co_return decode_assignment(response.assignment);
}

/// The leader watches the topics of the whole group from here on, also where the coordinator keeps
/// the shares as they are because a static member is back (KIP-814).
Task<Result<ClassicMember::Assignments>> ClassicMember::share(Self self, Joined joined) {
  std::vector<Subscriber> subscribers;
  std::vector<std::string> topics;
  for (auto& member : joined.members) {
    MILL_CO_TRY(auto subscription, decode_subscription(member.metadata));
    for (const auto& topic : subscription.topics) topics.push_back(topic);
    subscribers.push_back({.member_id = std::move(member.member_id),
                           .group_instance_id = std::move(member.group_instance_id),
                           .subscription = std::move(subscription)});
  }
  auto watching =
      self->topics_.watch(std::move(topics), self->gateway_->request_deadline(SteadyTime::max()));
  MILL_CO_TRY(const PartitionCounts counts, co_await watching);
  Assignments assignments;
  if (joined.skip_assignment) co_return assignments;
  const auto assignor = assignor_named(joined.protocol_name.value_or(""));
  for (const auto& [member, share] : share_out(*assignor, std::move(subscribers), counts)) {
    assignments.push_back({.member_id = member, .assignment = encode_assignment(share)});
  }
  co_return assignments;
}

Task<void> ClassicMember::adopt(Self self, uint64_t life, Partitions assigned) {
  MemberHost& host = self->host_;
  const int32_t generation = self->generation_;
  Partitions owned = host.assigned();
  std::ranges::sort(owned);
  std::ranges::sort(assigned);
  Partitions revoked = without(owned, assigned);
  self->look_again_later();
  self->changed_.raise();
  if (!revoked.empty()) {
    // Others get them in the next generation.
    self->ask_to_join("partitions have been given up");
    auto revoking = host.revoke(std::move(revoked));
    co_await revoking;
    if (self->is_over(life) || self->generation_ != generation) co_return;
  }
  self->adopted_ = generation;
  Partitions added = without(assigned, owned);
  auto assigning = host.assign(std::move(added), !self->is_cooperative_);
  co_await assigning;
}

}  // namespace millrace::client
