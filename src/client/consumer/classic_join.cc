// How a classic member joins: it gives up what must go, enters the group, gets its share and adopts
// it.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/consumer/classic_member.h"
#include "client/consumer/coordinator_call.h"
#include "client/consumer/partition_sets.h"

namespace millrace::client {
namespace {

/// The coordinator answers a JoinGroup when the slowest member has come; this much later it is
/// lost.
constexpr Milliseconds kJoinSlack{5'000};

int32_t count_of(Milliseconds time) { return static_cast<int32_t>(time.count()); }

std::string joining(const std::string& group) { return cat("joining group '", group, "'"); }

}  // namespace

Task<void> ClassicMember::run(Self self, uint64_t life) {
  Gateway& gateway = *self->gateway_;
  std::optional<Backoff> backoff;
  while (!self->is_over(life)) {
    if (self->must_join_ || self->is_failed_) {
      auto giving_up = give_up(self, life);
      co_await giving_up;
      if (self->is_over(life) || self->is_failed_) co_return;
    }
    if (!self->must_join_ || self->is_out_) {
      co_await self->changed_.wait_until(SteadyTime::max());
      continue;
    }
    auto joining = join(self, life);
    auto joined = co_await joining;
    if (self->is_over(life)) co_return;
    if (joined) {
      backoff.reset();
      continue;
    }
    const bool may_hurry = self->on_failed_join(std::move(joined).error());
    const bool is_first = !backoff;
    if (is_first) backoff.emplace(gateway.backoff());
    if (may_hurry && is_first) continue;
    co_await self->changed_.wait_until(self->now() + backoff->next());
  }
}

ClassicMember::Partitions ClassicMember::going() const {
  Partitions going = host_.assigned();
  if (generation_ < 0 || !is_cooperative_) return going;
  std::erase_if(going,
                [this](const TopicPartition& name) { return topics_.is_subscribed(name.topic); });
  return going;
}

/// The place may be lost while the program is asked; then the rest is lost with it.
Task<void> ClassicMember::give_up(Self self, uint64_t life) {
  MemberHost& host = self->host_;
  for (Partitions going = self->going(); !going.empty(); going = self->going()) {
    const bool is_lost = self->generation_ < 0;
    auto taking = is_lost ? host.lose(std::move(going)) : host.revoke(std::move(going));
    co_await taking;
    if (self->is_over(life)) co_return;
  }
}

Task<Result<void>> ClassicMember::join(Self self, uint64_t life) {
  auto resolving = self->topics_.resolve(self->gateway_->request_deadline(SteadyTime::max()));
  MILL_CO_CHECK(co_await resolving);
  if (self->is_over(life)) co_return Result<void>();
  auto entering = enter(self, life);
  MILL_CO_TRY(Joined joined, co_await entering);
  if (self->is_over(life)) co_return Result<void>();
  const int32_t generation = joined.generation_id;
  auto syncing = sync(self, std::move(joined));
  MILL_CO_TRY(Partitions assigned, co_await syncing);
  if (self->is_over(life)) co_return Result<void>();
  // Heartbeats go on meanwhile.
  if (self->generation_ != generation) co_return Result<void>();
  for (const TopicPartition& name : assigned) {
    if (self->topics_.is_subscribed(name.topic)) continue;
    co_return kafka_error(ErrorCode::rebalance_in_progress,
                          cat("the leader assigned ", name, ", which is not subscribed to"));
  }
  auto adopting = adopt(self, life, std::move(assigned));
  co_await adopting;
  co_return Result<void>();
}

wire::JoinGroupRequest ClassicMember::join_request() const {
  wire::JoinGroupRequest request{.group_id = options_.group,
                                 .session_timeout_ms = count_of(options_.session_timeout),
                                 .rebalance_timeout_ms = count_of(options_.max_poll_interval),
                                 .member_id = member_id_,
                                 .group_instance_id = instance_id(),
                                 .protocol_type = kConsumerProtocolType,
                                 .reason = reason_};
  MemberSubscription subscription{
      .topics = topics_.names(), .owned = host_.assigned(), .generation = adopted_};
  for (const Assignor assignor : options_.assignors) {
    subscription.user_data = user_data_of(assignor, adopted_);
    request.protocols.push_back(
        {.name = std::string(name_of(assignor)), .metadata = encode_subscription(subscription)});
  }
  return request;
}

Task<Result<ClassicMember::Joined>> ClassicMember::enter(Self self, uint64_t life) {
  Gateway& gateway = *self->gateway_;
  auto request = self->join_request();
  self->must_join_ = false;
  self->is_joining_ = true;
  const Milliseconds patience = self->options_.max_poll_interval + kJoinSlack;
  const SteadyTime deadline = self->now() + std::max(gateway.options().request_timeout, patience);
  auto asking = ask_coordinator<Joined>(gateway, self->options_.group, Lane::joins,
                                        std::move(request), deadline);
  auto answered = co_await asking;
  if (self->is_over(life)) co_return answered;
  self->is_joining_ = false;
  self->changed_.raise();
  if (!answered) co_return answered;
  if (answered->error_code == ErrorCode::member_id_required) {
    self->member_id_ = answered->member_id;
  }
  MILL_CO_CHECK(check_code(answered->error_code, joining(self->options_.group)));
  MILL_CO_CHECK(self->accept(*answered));
  co_return answered;
}

Result<void> ClassicMember::accept(const Joined& joined) {
  member_id_ = joined.member_id;
  generation_ = joined.generation_id;
  identity_.member_id = member_id_;
  identity_.generation = generation_;
  next_beat_ = now() + options_.heartbeat_interval;
  session_end_ = now() + options_.session_timeout;
  next_look_ = SteadyTime::max();
  topics_.stop_watching();
  const auto assignor = assignor_named(joined.protocol_name.value_or(""));
  const bool is_offered =
      assignor && std::ranges::find(options_.assignors, *assignor) != options_.assignors.end();
  if (is_offered && joined.protocol_type.value_or(kConsumerProtocolType) == kConsumerProtocolType) {
    return {};
  }
  return kafka_error(ErrorCode::inconsistent_group_protocol,
                     cat(joining(options_.group), ": it speaks '",
                         joined.protocol_type.value_or(kConsumerProtocolType), "' and chose '",
                         joined.protocol_name.value_or(""), "', which was not offered"));
}

Task<Result<ClassicMember::Partitions>> ClassicMember::sync(Self self, Joined joined) {
  Gateway& gateway = *self->gateway_;
  wire::SyncGroupRequest request{.group_id = self->options_.group,
                                 .generation_id = joined.generation_id,
                                 .member_id = joined.member_id,
                                 .group_instance_id = self->instance_id(),
                                 .protocol_type = kConsumerProtocolType,
                                 .protocol_name = joined.protocol_name};
  const auto protocol = joined.protocol_name;
  if (joined.leader == joined.member_id) {
    auto sharing = share(self, std::move(joined));
    MILL_CO_TRY(request.assignments, co_await sharing);
  }
  auto asking = ask_coordinator<wire::SyncGroupResponse>(
      gateway, self->options_.group, Lane::joins, std::move(request),
      gateway.request_deadline(SteadyTime::max()));
  MILL_CO_TRY(const auto response, co_await asking);
  MILL_CO_CHECK(check_code(response.error_code, joining(self->options_.group)));
  if (response.protocol_name && response.protocol_name != protocol) {
    co_return kafka_error(ErrorCode::inconsistent_group_protocol,
                          cat(joining(self->options_.group), ": '", *response.protocol_name,
                              "' came in place of '", protocol.value_or(""), "'"));
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

bool ClassicMember::on_failed_join(Error error) {
  const std::string reason = cat("the last attempt failed: ", error.code().message());
  if (error.is(ErrorCode::unknown_member_id)) {
    member_id_.clear();
    lose_place(reason);
    return true;
  }
  if (error.is(ErrorCode::illegal_generation)) {
    lose_place(reason);
    return true;
  }
  if (error.is(ErrorCode::member_id_required) || error.is(ErrorCode::rebalance_in_progress)) {
    ask_to_join(reason);
    return true;
  }
  if (!worth_retrying(error)) {
    fail(std::move(error));
    return true;
  }
  ask_to_join(reason);
  return false;
}

}  // namespace millrace::client
