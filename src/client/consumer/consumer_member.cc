#include "client/consumer/consumer_member.h"

#include <algorithm>
#include <utility>

#include "client/consumer/coordinator_call.h"

namespace millrace::client {
namespace {

constexpr int32_t kLeaveEpoch = -1;
/// A static member will be back.
constexpr int32_t kStaticLeaveEpoch = -2;
/// Until the coordinator says.
constexpr Milliseconds kFirstInterval{5'000};

/// Refusals that come of what the member is taken for, not of what it commits.
bool is_about_membership(const Error& error) {
  return error.is(ErrorCode::stale_member_epoch) || error.is(ErrorCode::fenced_member_epoch) ||
         error.is(ErrorCode::unknown_member_id) || error.is(ErrorCode::fenced_instance_id);
}

}  // namespace

ConsumerMember::ConsumerMember(std::shared_ptr<Gateway> gateway, MemberHost& host,
                               const ConsumerOptions& options)
    : gateway_(std::move(gateway)),
      host_(host),
      options_(options),
      changed_(gateway_->driver()),
      identity_{.group = options.group, .member_id = {}, .instance_id = options.group_instance_id},
      interval_(kFirstInterval) {}

std::optional<std::string> ConsumerMember::instance_id() const {
  if (options_.group_instance_id.empty()) return std::nullopt;
  return options_.group_instance_id;
}

void ConsumerMember::subscribe(Subscription subscription) {
  std::ranges::sort(subscription.topics);
  const bool is_new = subscription_ != subscription;
  subscription_ = std::move(subscription);
  if (stage_ == Stage::idle || stage_ == Stage::failed) {
    begin();
  } else if (is_new) {
    beat_now();
  } else {
    return;
  }
  if (options_.allow_auto_create_topics && !subscription_.topics.empty()) {
    spawn(create_topics(shared_from_this(), life_, subscription_.topics));
  }
}

void ConsumerMember::begin() {
  ++life_;
  enter(Stage::fenced);
  backoff_.reset();
  is_looking_ = false;
  next_beat_ = now();
  spawn(run(shared_from_this(), life_));
  spawn(beat(shared_from_this(), life_));
}

void ConsumerMember::end() {
  ++life_;
  enter(Stage::idle);
}

void ConsumerMember::enter(Stage stage) {
  stage_ = stage;
  ++stage_number_;
  ++identity_.place;
  epoch_ = 0;
  told_.reset();
  is_telling_ = false;
  target_.reset();
  must_acknowledge_ = false;
  changed_.raise();
}

void ConsumerMember::beat_now() {
  next_beat_ = now();
  changed_.raise();
}

void ConsumerMember::fail(Error error) {
  enter(Stage::failed);
  host_.fail(std::move(error));
}

void ConsumerMember::on_poll() {
  if (stage_ == Stage::stale) enter(Stage::fenced);
}

/// Which epoch was refused is not known here: a heartbeat asks what becomes of this one.
void ConsumerMember::on_commit_refused(const Error& error) {
  if (stage_ == Stage::member && is_about_membership(error)) beat_now();
}

Task<void> ConsumerMember::leave(SteadyTime deadline) {
  const bool may_be_known = std::exchange(has_asked_, false);
  end();
  identity_.member_id.clear();
  identity_.generation = -1;
  return send_leave(shared_from_this(), may_be_known ? member_id_ : "", deadline);
}

void ConsumerMember::abandon() {
  if (stage_ != Stage::idle) end();
}

/// Once: a coordinator that cannot be reached finds out when the session ends.
Task<void> ConsumerMember::send_leave(Self self, std::string member_id, SteadyTime deadline) {
  if (member_id.empty()) co_return;
  Gateway& gateway = *self->gateway_;
  Request request{.group_id = self->options_.group,
                  .member_id = std::move(member_id),
                  .instance_id = self->instance_id()};
  request.member_epoch = request.instance_id ? kStaticLeaveEpoch : kLeaveEpoch;
  auto asking = ask_coordinator<Response>(gateway, self->options_.group, Lane::coordinator,
                                          std::move(request), gateway.request_deadline(deadline));
  const auto answered = co_await asking;
  (void)answered;
}

}  // namespace millrace::client
