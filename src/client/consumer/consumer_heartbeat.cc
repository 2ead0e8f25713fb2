// The heartbeats of a member of the consumer protocol: what they tell, what their answers mean.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "client/consumer/consumer_member.h"
#include "client/consumer/coordinator_call.h"

namespace millrace::client {
namespace {

constexpr int16_t kFirstWithRegex = 1;

}  // namespace

Task<void> ConsumerMember::beat(Self self, uint64_t life) {
  while (!self->is_over(life) && self->stage_ != Stage::failed) {
    const SteadyTime now = self->now();
    SteadyTime due = SteadyTime::max();
    if (self->may_beat()) due = std::min(self->next_beat_, self->poll_deadline());
    if (due > now) {
      co_await self->changed_.wait_until(due);
    } else if (self->poll_deadline() <= now) {
      self->step_out();
    } else {
      auto beating = beat_once(self, life);
      co_await beating;
    }
  }
}

Task<void> ConsumerMember::beat_once(Self self, uint64_t life) {
  Gateway& gateway = *self->gateway_;
  const uint64_t stage_number = self->stage_number_;
  self->next_beat_ = self->now() + self->interval_;
  self->has_asked_ = true;
  Request request = self->next_request();
  Told told{.subscription = self->subscription_, .owned = self->owned_};
  self->is_telling_ = request.topic_partitions.has_value();
  VersionRange spoken = kSpoken<Request>;
  if (!told.subscription.pattern.empty()) spoken.min = kFirstWithRegex;
  auto asking = ask_coordinator<Response>(gateway, self->options_.group, Lane::coordinator,
                                          std::move(request),
                                          gateway.request_deadline(SteadyTime::max()), spoken);
  auto answered = co_await asking;
  if (self->is_over(life) || self->stage_number_ != stage_number) co_return;
  if (std::exchange(self->is_telling_, false)) self->changed_.raise();
  if (!answered) {
    self->on_refused(std::move(answered).error());
    co_return;
  }
  auto checked =
      check_code(answered->error_code, cat("staying in group '", self->options_.group, "'"),
                 answered->error_message.value_or(""));
  if (!checked) {
    self->on_refused(std::move(checked).error());
    co_return;
  }
  self->told_ = std::move(told);
  self->on_answer(*answered);
}

/// Only what the coordinator does not know; it knows nothing of who joins or whose last heartbeat
/// failed.
ConsumerMember::Request ConsumerMember::next_request() const {
  Request request{.group_id = options_.group,
                  .member_id = member_id_,
                  .member_epoch = epoch_,
                  .instance_id = instance_id()};
  if (!told_) {
    request.rebalance_timeout_ms = static_cast<int32_t>(options_.max_poll_interval.count());
    if (!options_.remote_assignor.empty()) request.server_assignor = options_.remote_assignor;
  }
  if (!told_ || told_->subscription != subscription_) {
    request.subscribed_topic_names = subscription_.topics;
    const bool had_pattern = told_ && !told_->subscription.pattern.empty();
    // An empty one takes back what was told before.
    if (had_pattern || !subscription_.pattern.empty()) {
      request.subscribed_topic_regex = subscription_.pattern;
    }
  }
  if (!told_ || told_->owned != owned_) {
    auto& owned = request.topic_partitions.emplace();
    for (const auto& [id, partitions] : owned_) {
      owned.push_back({.topic_id = id, .partitions = {partitions.begin(), partitions.end()}});
    }
  }
  return request;
}

void ConsumerMember::on_answer(const Response& response) {
  backoff_.reset();
  stage_ = Stage::member;
  member_id_ = response.member_id.value_or(member_id_);
  epoch_ = response.member_epoch;
  identity_.member_id = member_id_;
  identity_.generation = epoch_;
  if (response.heartbeat_interval_ms > 0) {
    interval_ = Milliseconds(response.heartbeat_interval_ms);
  }
  // Unless there is news already.
  if (next_beat_ > now()) next_beat_ = now() + interval_;
  if (!response.assignment) return;
  Ids target;
  for (const auto& [id, partitions] : response.assignment->topic_partitions) {
    target[id].insert(partitions.begin(), partitions.end());
  }
  std::erase_if(target, [](const auto& topic) { return topic.second.empty(); });
  if (target_ == target) return;
  target_ = std::move(target);
  must_acknowledge_ = true;
  are_names_late_ = false;
  changed_.raise();
}

void ConsumerMember::on_refused(Error error) {
  const bool is_first = !backoff_;
  if (is_first) backoff_.emplace(gateway_->backoff());
  if (error.is(ErrorCode::fenced_member_epoch) || error.is(ErrorCode::unknown_member_id)) {
    // A second failure in a row waits in any case.
    next_beat_ = is_first ? now() : now() + backoff_->next();
    enter(Stage::fenced);
  } else if (worth_retrying(error)) {
    told_.reset();
    next_beat_ = now() + backoff_->next();
  } else {
    fail(std::move(error));
  }
}

void ConsumerMember::step_out() {
  has_asked_ = false;
  enter(Stage::stale);
  next_beat_ = now();
  spawn(send_leave(shared_from_this(), member_id_, SteadyTime::max()));
}

}  // namespace millrace::client
