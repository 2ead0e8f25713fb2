#include "client/consumer/group.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace millrace::client {

Group::Group(std::shared_ptr<ClientCore> client, std::shared_ptr<Gateway> gateway,
             std::shared_ptr<PartitionStates> states, std::shared_ptr<Mailbox> mailbox,
             std::string name, MakeMembership make_membership)
    : client_(std::move(client)),
      gateway_(std::move(gateway)),
      states_(std::move(states)),
      mailbox_(std::move(mailbox)),
      name_(std::move(name)),
      make_membership_(std::move(make_membership)),
      last_polled_(client_->driver().now()),
      heard_(client_->driver()) {}

void Group::subscribe(Subscription subscription) {
  if (is_closed_) return;
  if (!membership_) membership_ = make_membership_(gateway_, *this);
  membership_->subscribe(std::move(subscription));
}

void Group::on_poll() {
  if (membership_) membership_->on_poll();
}

GroupIdentity Group::identity() const {
  return membership_ ? membership_->identity() : GroupIdentity{.group = name_};
}

Result<GroupIdentity> Group::identify() const {
  GroupIdentity identity = this->identity();
  const bool is_nobody = identity.member_id.empty() || identity.generation < 0;
  if (membership_ && is_nobody) {
    return kafka_error(ErrorCode::unknown_member_id,
                       cat("committing to group '", name_, "': no member of it now"));
  }
  return identity;
}

void Group::commit(Committer::Commit commit) {
  if (!committer_) {
    committer_ = std::make_shared<Committer>(
        gateway_,
        [weak = weak_from_this()]() -> Result<GroupIdentity> {
          const auto self = weak.lock();
          if (!self) return Gateway::closed_error();
          return self->identify();
        },
        [states = states_](const Offsets& offsets) {
          return std::ranges::all_of(
              offsets, [&](const auto& each) { return states->contains(each.first); });
        },
        [weak = weak_from_this()](const Error& error) {
          const auto self = weak.lock();
          if (self && self->membership_) self->membership_->on_commit_refused(error);
        });
    if (is_closed_) committer_->close();
  }
  commit.done = [states = states_, is_empty = commit.offsets.empty(),
                 done = std::move(commit.done)](const Result<void>& outcome) {
    if (outcome && !is_empty) states->note_commit();
    done(outcome);
  };
  committer_->add(std::move(commit));
}

Task<void> Group::leave(Self self, SteadyTime deadline) {
  self->release();
  if (!self->membership_) co_return;
  const auto membership = std::exchange(self->membership_, nullptr);
  auto leaving = membership->leave(deadline);
  co_await leaving;
  membership->abandon();
}

void Group::abort() {
  if (std::exchange(is_closed_, true)) return;
  release();
  if (membership_) std::exchange(membership_, nullptr)->abandon();
  if (committer_) committer_->close();
}

void Group::finish(std::shared_ptr<RebalanceCall> call) {
  client_->driver().post([self = shared_from_this(), call = std::move(call)] {
    call->is_done = true;
    self->heard_.raise();
  });
}

void Group::release() {
  mailbox_->drop_calls();
  for (const auto& call : calls_) call->is_done = true;
  heard_.raise();
}

Task<void> Group::tell(Self self, RebalanceCall::Kind kind,
                       std::vector<TopicPartition> partitions) {
  if (self->is_closed_ || !self->membership_) co_return;
  const auto call = std::make_shared<RebalanceCall>();
  call->kind = kind;
  call->partitions = std::move(partitions);
  self->calls_.push_back(call);
  self->mailbox_->push(call);
  while (!call->is_done) co_await self->heard_.wait_until(SteadyTime::max());
  std::erase(self->calls_, call);
}

Task<void> Group::revoke(std::vector<TopicPartition> partitions) {
  if (partitions.empty()) co_return;
  states_->stop(partitions);
  auto telling = tell(shared_from_this(), RebalanceCall::Kind::revoke, std::move(partitions));
  co_await telling;
}

Task<void> Group::lose(std::vector<TopicPartition> partitions) {
  if (partitions.empty()) co_return;
  states_->stop(partitions);
  auto telling = tell(shared_from_this(), RebalanceCall::Kind::lose, std::move(partitions));
  co_await telling;
}

Task<void> Group::assign(std::vector<TopicPartition> added, bool even_none) {
  states_->note_rebalance();
  if (added.empty() && !even_none) co_return;
  auto telling = tell(shared_from_this(), RebalanceCall::Kind::assign, std::move(added));
  co_await telling;
}

void Group::fail(Error error) { mailbox_->fail(std::move(error)); }

}  // namespace millrace::client
