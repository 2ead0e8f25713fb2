// How a classic member stays in its group: heartbeats, the session, the program's polls, and the
// topics that decide whether partitions must be shared out again.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "client/consumer/classic_member.h"
#include "client/consumer/coordinator_call.h"
#include "wire/messages/heartbeat.h"

namespace millrace::client {

Task<void> ClassicMember::beat(Self self, uint64_t life) {
  while (!self->is_over(life) && !self->is_failed_) {
    const SteadyTime now = self->now();
    SteadyTime due = SteadyTime::max();
    if (self->generation_ >= 0) {
      due = std::min({self->next_beat_, self->place_end(), self->poll_deadline()});
    }
    if (due > now) {
      co_await self->changed_.wait_until(due);
    } else if (self->poll_deadline() <= now) {
      self->step_out();
    } else if (self->place_end() <= now) {
      self->on_place_end();
    } else {
      auto beating = beat_once(self, life);
      co_await beating;
    }
  }
}

Task<void> ClassicMember::beat_once(Self self, uint64_t life) {
  Gateway& gateway = *self->gateway_;
  const int32_t generation = self->generation_;
  const SteadyTime sent_at = self->now();
  self->next_beat_ = sent_at + self->options_.heartbeat_interval;
  wire::HeartbeatRequest request{.group_id = self->options_.group,
                                 .generation_id = generation,
                                 .member_id = self->member_id_,
                                 .group_instance_id = self->instance_id()};
  auto asking = ask_coordinator<wire::HeartbeatResponse>(
      gateway, self->options_.group, Lane::coordinator, std::move(request),
      gateway.request_deadline(self->session_end_));
  auto answered = co_await asking;
  if (self->is_over(life) || self->generation_ != generation) co_return;
  if (!answered) {
    self->on_heartbeat(std::move(answered).error(), sent_at);
  } else {
    self->on_heartbeat(
        check_code(answered->error_code, cat("staying in group '", self->options_.group, "'")),
        sent_at);
  }
}

/// They go on while a JoinGroup is under way: a cooperative member has partitions meanwhile, for as
/// long as it is heard of. Its generation may be over then, which the JoinGroup's answer will tell;
/// but an id that is unknown is so for good.
void ClassicMember::on_heartbeat(Result<void> answer, SteadyTime sent_at) {
  const bool is_rebalancing = !answer && answer.error().is(ErrorCode::rebalance_in_progress);
  // The coordinator counts from when it came.
  if (answer || is_rebalancing) session_end_ = sent_at + options_.session_timeout;
  if (answer) waited_for_until_ = sent_at + options_.max_poll_interval;
  if (answer) return;
  const Error& error = answer.error();
  const std::string reason = cat("a heartbeat was refused: ", error.code().message());
  if (worth_retrying(error)) {
    next_beat_ = std::min(next_beat_, now() + gateway_->options().retry_backoff);
  } else if (error.is(ErrorCode::unknown_member_id)) {
    member_id_.clear();
    lose_place(reason);
  } else if (is_rebalancing || error.is(ErrorCode::illegal_generation)) {
    if (is_joining_) return;
    is_rebalancing ? ask_to_join("the group rebalances") : lose_place(reason);
  } else {
    fail(std::move(answer).error());
  }
}

/// A rebalance that has begun waits so long for this member. What waits for the answer to a
/// JoinGroup has come.
SteadyTime ClassicMember::place_end() const {
  const bool is_awaited = must_join_ && !is_joining_;
  return is_awaited ? std::min(session_end_, waited_for_until_) : session_end_;
}

/// By now the coordinator, wherever it is, has given the partitions to others. It may know the
/// member all the same, so that keeps its id.
void ClassicMember::on_place_end() {
  gateway_->forget_coordinator(CoordinatorKind::group, options_.group);
  lose_place("the coordinator was not reached in time");
}

void ClassicMember::step_out() {
  is_out_ = true;
  spawn(send_leave(shared_from_this(), std::exchange(member_id_, {}),
                   "the program did not poll for max.poll.interval.ms", SteadyTime::max()));
  lose_place("the program polls again");
}

Task<void> ClassicMember::look_after_topics(Self self, uint64_t life) {
  while (!self->is_over(life) && !self->is_failed_) {
    const bool is_settled = self->is_in_group() && !self->must_join_;
    const bool is_worth_it = is_settled && self->topics_.are_worth_a_look();
    const SteadyTime due = is_worth_it ? self->next_look_ : SteadyTime::max();
    if (due > self->now()) {
      co_await self->changed_.wait_until(due);
      continue;
    }
    const int32_t generation = self->generation_;
    auto looking = self->topics_.look(self->gateway_->request_deadline(SteadyTime::max()));
    const auto is_changed = co_await looking;
    if (self->is_over(life) || self->is_failed_) co_return;
    self->look_again_later();
    const bool still_matters = self->is_in_group() && self->generation_ == generation;
    if (is_changed && *is_changed && still_matters) self->ask_to_join("topics have changed");
  }
}

void ClassicMember::look_again_later() {
  const ClientOptions& options = gateway_->options();
  next_look_ =
      now() + (topics_.are_missing() ? options.retry_backoff_max : options.metadata_max_age);
}

}  // namespace millrace::client
