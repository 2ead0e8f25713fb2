// How a classic member joins: it gives up what must go, enters the group and gets its share.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "client/consumer/classic_member.h"
#include "client/consumer/coordinator_call.h"

namespace millrace::client {
namespace {

/// The coordinator answers a JoinGroup when the slowest member has come; this much later it is
/// lost.
constexpr Milliseconds kJoinSlack{5'000};

int32_t count_of(Milliseconds time) { return static_cast<int32_t>(time.count()); }

std::string joining(const std::string& group) { return cat("joining group '", group, "'"); }

}  // namespace

Task<void> ClassicMember::run(Self self, uint64_t life) {
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
    const uint64_t attempt = ++self->attempt_;
    spawn(join(self, attempt));
    while (self->attempt_ == attempt && !self->share_) {
      co_await self->changed_.wait_until(SteadyTime::max());
    }
    if (self->attempt_ != attempt) continue;
    auto share = *std::exchange(self->share_, std::nullopt);
    if (share) {
      backoff.reset();
      auto adopting = adopt(self, life, *std::move(share));
      co_await adopting;
      continue;
    }
    const bool may_hurry = self->on_failed_join(std::move(share).error());
    // A second failure in a row waits in any case.
    const bool is_first = !backoff;
    if (is_first) backoff.emplace(self->gateway_->backoff());
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

/// Beside the host's coroutine, so that what the member has can be lost while this waits.
Task<void> ClassicMember::join(Self self, uint64_t attempt) {
  auto asking = ask_for_share(self, attempt);
  auto share = co_await asking;
  if (self->attempt_ != attempt) co_return;
  self->is_joining_ = false;
  self->share_ = std::move(share);
  self->changed_.raise();
}

Task<Result<ClassicMember::Partitions>> ClassicMember::ask_for_share(Self self, uint64_t attempt) {
  auto resolving = self->topics_.resolve(self->gateway_->request_deadline(SteadyTime::max()));
  MILL_CO_CHECK(co_await resolving);
  if (self->attempt_ != attempt) co_return Gateway::closed_error();
  auto entering = enter(self, attempt);
  MILL_CO_TRY(Joined joined, co_await entering);
  auto syncing = sync(self, attempt, std::move(joined));
  MILL_CO_TRY(Partitions share, co_await syncing);
  for (const TopicPartition& name : share) {
    if (self->topics_.is_subscribed(name.topic)) continue;
    co_return kafka_error(ErrorCode::rebalance_in_progress,
                          cat("the leader assigned ", name, ", which is not subscribed to"));
  }
  co_return share;
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

Task<Result<ClassicMember::Joined>> ClassicMember::enter(Self self, uint64_t attempt) {
  Gateway& gateway = *self->gateway_;
  auto request = self->join_request();
  self->must_join_ = false;
  self->is_joining_ = true;
  const Milliseconds patience = self->options_.max_poll_interval + kJoinSlack;
  const SteadyTime deadline = self->now() + std::max(gateway.options().request_timeout, patience);
  auto asking = ask_coordinator<Joined>(gateway, self->options_.group, Lane::joins,
                                        std::move(request), deadline);
  auto answered = co_await asking;
  if (self->attempt_ != attempt) co_return Gateway::closed_error();
  self->is_joining_ = false;
  if (!answered) co_return answered;
  if (answered->error_code == ErrorCode::member_id_required) {
    self->member_id_ = answered->member_id;
  }
  MILL_CO_CHECK(check_code(answered->error_code, joining(self->options_.group)));
  MILL_CO_CHECK(self->accept(*answered));
  co_return answered;
}

Result<void> ClassicMember::accept(const Joined& joined) {
  // A join that is answered at once prolongs no session; a heartbeat does.
  if (generation_ < 0) {
    session_end_ = now() + options_.session_timeout;
    next_beat_ = now();
  }
  member_id_ = joined.member_id;
  generation_ = joined.generation_id;
  identity_.member_id = member_id_;
  identity_.generation = generation_;
  waited_for_until_ = now() + options_.max_poll_interval;
  next_look_ = SteadyTime::max();
  topics_.stop_watching();
  changed_.raise();
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
