#include "client/consumer/committer.h"

#include <utility>

#include "base/text.h"

namespace millrace::client {
namespace {

/// What a commit is told that came in the middle of a rebalance, or late. The partitions may have
/// stayed where they were all the same.
bool is_of_a_rebalance(const Error& error) {
  return error.is(ErrorCode::illegal_generation) || error.is(ErrorCode::rebalance_in_progress) ||
         error.is(ErrorCode::stale_member_epoch);
}

}  // namespace

void Committer::add(Commit commit) {
  if (is_closed_) return commit.done(Gateway::closed_error());
  waiting_.push_back(std::move(commit));
  if (std::exchange(is_running_, true)) return;
  spawn(run(shared_from_this()));
}

Task<void> Committer::run(Self self) {
  while (!self->waiting_.empty()) {
    const Commit next = std::move(self->waiting_.front());
    self->waiting_.pop_front();
    auto sending = send(self, next.offsets, next.retry_until);
    const auto outcome = co_await sending;
    next.done(outcome);
  }
  self->is_running_ = false;
}

Task<Result<void>> Committer::send(Self self, Offsets offsets,
                                   std::optional<SteadyTime> retry_until) {
  Gateway& gateway = *self->gateway_;
  Backoff backoff = gateway.backoff();
  if (offsets.empty()) co_return Result<void>();
  for (;;) {
    MILL_CO_TRY(const GroupIdentity identity, self->identify_());
    const SteadyTime deadline = gateway.request_deadline(retry_until.value_or(SteadyTime::max()));
    auto committing = commit_offsets(gateway, identity, offsets, deadline);
    auto outcome = co_await committing;
    if (outcome || self->is_closed_) co_return outcome;
    const Error& error = outcome.error();
    if (worth_retrying(error)) {
      gateway.forget_coordinator(CoordinatorKind::group, identity.group);
    } else if (error.kafka_code()) {
      self->on_refused_(error);
    }
    if (!retry_until || !self->is_worth_repeating(error, identity, offsets)) co_return outcome;
    const Milliseconds wait = backoff.next();
    if (gateway.driver().now() + wait >= *retry_until) {
      co_return client_error(ClientErrc::timed_out,
                             cat("committing: no outcome in time; last: ", error.to_string()));
    }
    auto pausing = gateway.pause(wait);
    const bool is_open = co_await pausing;
    if (!is_open) co_return Gateway::closed_error();
  }
}

/// The coordinator may be ahead of this member, which hears of its new generation soon. As long as
/// it keeps its place nobody else reads what it holds, so its offsets are still the right ones.
bool Committer::is_worth_repeating(const Error& error, const GroupIdentity& sent_as,
                                   const Offsets& offsets) const {
  if (worth_retrying(error)) return true;
  if (!is_of_a_rebalance(error) || sent_as.member_id.empty()) return false;
  const auto identity = identify_();
  return identity && identity->member_id == sent_as.member_id && identity->place == sent_as.place &&
         holds_(offsets);
}

void Committer::close() {
  is_closed_ = true;
  for (const Commit& commit : std::exchange(waiting_, {})) commit.done(Gateway::closed_error());
}

}  // namespace millrace::client
