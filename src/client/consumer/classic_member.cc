#include "client/consumer/classic_member.h"

#include <algorithm>
#include <utility>

#include "client/consumer/coordinator_call.h"
#include "wire/messages/leave_group.h"

namespace millrace::client {
namespace {

bool are_cooperative(const std::vector<Assignor>& assignors) {
  return std::ranges::all_of(assignors,
                             [](Assignor each) { return each == Assignor::cooperative_sticky; });
}

/// Refusals that come of what the member is taken for, not of what it commits.
bool is_about_membership(const Error& error) {
  return error.is(ErrorCode::illegal_generation) || error.is(ErrorCode::unknown_member_id) ||
         error.is(ErrorCode::fenced_instance_id) || error.is(ErrorCode::rebalance_in_progress);
}

}  // namespace

ClassicMember::ClassicMember(std::shared_ptr<Gateway> gateway, MemberHost& host,
                             const ConsumerOptions& options)
    : gateway_(std::move(gateway)),
      host_(host),
      options_(options),
      is_cooperative_(are_cooperative(options.assignors)),
      topics_(*gateway_, options.allow_auto_create_topics),
      changed_(gateway_->driver()),
      identity_{.group = options.group, .member_id = {}, .instance_id = options.group_instance_id} {
}

std::optional<std::string> ClassicMember::instance_id() const {
  if (options_.group_instance_id.empty()) return std::nullopt;
  return options_.group_instance_id;
}

void ClassicMember::subscribe(Subscription subscription) {
  auto is_new = topics_.subscribe(std::move(subscription));
  if (!is_new) return fail(std::move(is_new).error());
  if (!is_alive_ || is_failed_) return begin();
  if (*is_new) ask_to_join("the subscription has changed");
}

void ClassicMember::begin() {
  ++life_;
  is_alive_ = true;
  is_failed_ = is_out_ = false;
  generation_ = adopted_ = -1;
  drop_attempt();
  ask_to_join("the consumer has subscribed");
  spawn(run(shared_from_this(), life_));
  spawn(beat(shared_from_this(), life_));
  spawn(look_after_topics(shared_from_this(), life_));
}

void ClassicMember::end() {
  ++life_;
  is_alive_ = must_join_ = false;
  give_up_place();
  topics_.stop_watching();
  drop_attempt();
}

void ClassicMember::give_up_place() {
  ++identity_.place;
  generation_ = adopted_ = -1;
}

void ClassicMember::drop_attempt() {
  ++attempt_;
  is_joining_ = false;
  share_.reset();
  gateway_->hang_up(Lane::joins);
  changed_.raise();
}

void ClassicMember::ask_to_join(std::string reason) {
  if (std::exchange(must_join_, true)) return;
  reason_ = std::move(reason);
  changed_.raise();
}

void ClassicMember::lose_place(std::string reason) {
  give_up_place();
  topics_.stop_watching();
  ask_to_join(std::move(reason));
  drop_attempt();
}

void ClassicMember::fail(Error error) {
  if (std::exchange(is_failed_, true)) return;
  give_up_place();
  drop_attempt();
  host_.fail(std::move(error));
}

void ClassicMember::on_poll() {
  if (std::exchange(is_out_, false)) changed_.raise();
}

/// Which generation was refused is not known here: a heartbeat asks what becomes of this one.
void ClassicMember::on_commit_refused(const Error& error) {
  if (!is_about_membership(error) || !is_in_group()) return;
  next_beat_ = now();
  changed_.raise();
}

Task<void> ClassicMember::leave(SteadyTime deadline) {
  end();
  identity_.member_id.clear();
  identity_.generation = -1;
  return send_leave(shared_from_this(), std::exchange(member_id_, {}), "the consumer leaves",
                    deadline);
}

void ClassicMember::abandon() {
  if (is_alive_) end();
}

/// Once: a coordinator that cannot be reached finds out when the session ends.
Task<void> ClassicMember::send_leave(Self self, std::string member_id, std::string reason,
                                     SteadyTime deadline) {
  if (member_id.empty() || self->instance_id()) co_return;
  Gateway& gateway = *self->gateway_;
  wire::LeaveGroupRequest request{.group_id = self->options_.group, .member_id = member_id};
  request.members.push_back({.member_id = std::move(member_id), .reason = std::move(reason)});
  auto asking = ask_coordinator<wire::LeaveGroupResponse>(gateway, self->options_.group,
                                                          Lane::coordinator, std::move(request),
                                                          gateway.request_deadline(deadline));
  const auto answered = co_await asking;
  (void)answered;
}

}  // namespace millrace::client
