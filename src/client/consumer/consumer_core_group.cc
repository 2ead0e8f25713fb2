// What a consumer reads as a member or by itself, and how it commits.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/try.h"
#include "client/consumer/consumer_core.h"
#include "client/error.h"
#include "client/topic_partition.h"

namespace millrace::client {
namespace {

constexpr size_t kTopicNameMax = 249;

bool is_topic_name(std::string_view name) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kTopicNameMax && name != "." && name != ".." &&
         std::ranges::all_of(name, is_allowed);
}

Error wrong(std::string message) {
  return client_error(ClientErrc::invalid_argument, std::move(message));
}

Result<void> check(const Subscription& subscription) {
  if (subscription.topics.empty() && subscription.pattern.empty()) {
    return wrong("a subscription needs a topic or a pattern; unsubscribe() ends it");
  }
  for (const std::string& topic : subscription.topics) {
    if (!is_topic_name(topic)) return wrong(cat("no topic can have the name '", topic, "'"));
  }
  return {};
}

Result<void> check(const TopicPartition& partition) {
  if (is_topic_name(partition.topic) && partition.partition >= 0) return {};
  return wrong(cat("there can be no partition ", partition));
}

Result<void> check(const TopicPartition& partition, const OffsetAndMetadata& at) {
  MILL_CHECK(check(partition));
  if (at.offset >= 0) return {};
  return wrong(cat("the offset of ", partition, " is ", at.offset, "; it must not be negative"));
}

void log_failure(const Result<void>& outcome) {
  if (!outcome) log::warn(outcome.error().to_string());
}

Task<Result<void>> leave_group(std::shared_ptr<Group> group, SteadyTime deadline) {
  auto leaving = Group::leave(std::move(group), deadline);
  co_await leaving;
  co_return Result<void>();
}

}  // namespace

Result<void> ConsumerCore::subscribe(Subscription subscription) {
  MILL_TRY(const auto use, enter_outermost("subscribe"));
  MILL_CHECK(check(subscription));
  if (!group_) return wrong("subscribing needs a group (group.id)");
  if (mode_ == Mode::assigned) drop(states_->assigned());
  mode_ = Mode::subscribed;
  mailbox_->forget_failure();
  fetcher_->set_missing_is_told(false);
  driver_.post(
      [group = group_, subscription = std::move(subscription)] { group->subscribe(subscription); });
  return {};
}

Result<void> ConsumerCore::unsubscribe() {
  MILL_TRY(const auto use, enter_outermost("unsubscribe"));
  return give_everything_up(driver_.deadline_in(client_->options().request_timeout));
}

Result<void> ConsumerCore::assign(const std::vector<TopicPartition>& partitions) {
  MILL_TRY(const auto use, enter_outermost("assign"));
  for (const TopicPartition& partition : partitions) MILL_CHECK(check(partition));
  if (mode_ == Mode::subscribed) {
    return client_error(ClientErrc::wrong_state, "the consumer is subscribed; unsubscribe first");
  }
  std::vector<TopicPartition> gone;
  for (TopicPartition& known : states_->assigned()) {
    if (std::ranges::find(partitions, known) == partitions.end()) gone.push_back(std::move(known));
  }
  drop(gone);
  mode_ = partitions.empty() ? Mode::idle : Mode::assigned;
  fetcher_->set_missing_is_told(true);
  states_->add(partitions);
  fetcher_->wake();
  return {};
}

void ConsumerCore::drop(const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return;
  if (commits_by_itself()) {
    post_commit({.offsets = states_->positions(partitions),
                 .retry_until = std::nullopt,
                 .done = log_failure});
  }
  states_->remove(partitions);
}

Result<void> ConsumerCore::give_everything_up(SteadyTime deadline) {
  // Those that the membership has given up already are not committed any more.
  while (const auto call = mailbox_->take_call()) {
    if (call->kind == RebalanceCall::Kind::lose) serve(*call);
    group_->finish(call);
  }
  const auto partitions = states_->assigned();
  auto outcome = commit_before_giving_up(partitions, deadline);
  const bool was_subscribed = std::exchange(mode_, Mode::idle) == Mode::subscribed;
  const auto& revoked = options_.on_rebalance.revoked;
  if (was_subscribed && !partitions.empty() && revoked) revoked(partitions);
  states_->remove(partitions);
  if (!was_subscribed) return outcome;
  mailbox_->forget_failure();
  const auto left = wait_for<void>(
      [group = group_, deadline] { return leave_group(group, deadline); }, Wakeups::leave);
  return outcome ? left : outcome;
}

void ConsumerCore::serve(const RebalanceCall& call) {
  const RebalanceCallbacks& callbacks = options_.on_rebalance;
  const auto& lost = callbacks.lost ? callbacks.lost : callbacks.revoked;
  switch (call.kind) {
    case RebalanceCall::Kind::assign:
      states_->add(call.partitions);
      if (callbacks.assigned) callbacks.assigned(call.partitions);
      return fetcher_->wake();
    case RebalanceCall::Kind::revoke: {
      const SteadyTime deadline = driver_.deadline_in(client_->options().request_timeout);
      log_failure(commit_before_giving_up(call.partitions, deadline));
      if (callbacks.revoked) callbacks.revoked(call.partitions);
      return states_->remove(call.partitions);
    }
    case RebalanceCall::Kind::lose:
      if (lost) lost(call.partitions);
      return states_->remove(call.partitions);
  }
}

void ConsumerCore::post_commit(Committer::Commit commit) {
  driver_.post([group = group_, commit = std::move(commit)] { group->commit(commit); });
}

Result<void> ConsumerCore::commit_and_wait(const Offsets& offsets, SteadyTime deadline,
                                           Wakeups wakeups) {
  const auto outcome = std::make_shared<Outcome<void>>();
  post_commit({.offsets = offsets,
               .retry_until = deadline,
               .done = [outcome, mailbox = mailbox_](const Result<void>& result) {
                 outcome->result = result;
                 outcome->is_there = true;
                 mailbox->tell();
               }});
  const auto is_there = [&] { return outcome->is_there.load(); };
  MILL_CHECK(wait_until(is_there, deadline, wakeups));
  return *outcome->result;
}

Result<void> ConsumerCore::commit_before_giving_up(const std::vector<TopicPartition>& partitions,
                                                   SteadyTime deadline) {
  if (!group_) return {};
  // Even without offsets it waits for the commits before it: later they would come as from a member
  // that has these partitions no more.
  Offsets offsets;
  if (commits_by_itself()) offsets = states_->positions(partitions);
  return commit_and_wait(offsets, deadline, Wakeups::leave);
}

void ConsumerCore::commit_where_due(SteadyTime now) {
  if (!commits_by_itself()) return;
  auto failed = OwnCommit::failed;
  if (own_commit_->compare_exchange_strong(failed, OwnCommit::decided)) {
    next_commit_ = std::min(next_commit_, now + client_->options().retry_backoff);
  }
  if (now < next_commit_ || *own_commit_ == OwnCommit::under_way) return;
  next_commit_ = now + options_.auto_commit_interval;
  auto offsets = states_->positions(states_->assigned());
  if (offsets.empty()) return;
  *own_commit_ = OwnCommit::under_way;
  post_commit({.offsets = std::move(offsets),
               .retry_until = std::nullopt,
               .done = [state = own_commit_](const Result<void>& outcome) {
                 const bool is_over = outcome || !worth_retrying(outcome.error());
                 if (is_over) log_failure(outcome);
                 *state = is_over ? OwnCommit::decided : OwnCommit::failed;
               }});
}

Result<void> ConsumerCore::commit(const Offsets& offsets) {
  MILL_TRY(const auto use, enter_group());
  for (const auto& [name, at] : offsets) MILL_CHECK(check(name, at));
  const SteadyTime deadline = driver_.deadline_in(client_->options().api_timeout);
  auto outcome = commit_and_wait(offsets, deadline, Wakeups::heed);
  call_back();
  return outcome;
}

Result<void> ConsumerCore::commit() { return commit(states_->positions(states_->assigned())); }

void ConsumerCore::commit_async(const Offsets& offsets, CommitCallback callback) {
  auto use = enter_group();
  auto refused = use ? Result<void>() : Result<void>(std::move(use).error());
  for (const auto& [name, at] : offsets) {
    if (refused) refused = check(name, at);
  }
  if (!refused) {
    if (callback) callback(refused);
    return;
  }
  post_commit(
      {.offsets = offsets,
       .retry_until = std::nullopt,
       .done = [mailbox = mailbox_, callback = std::move(callback)](const Result<void>& outcome) {
         if (callback) mailbox->push([callback, outcome] { callback(outcome); });
       }});
}

void ConsumerCore::commit_async(CommitCallback callback) {
  commit_async(states_->positions(states_->assigned()), std::move(callback));
}

GroupIdentity ConsumerCore::group_identity() const {
  if (!group_) return {};
  if (driver_.inside()) return group_->identity();
  struct Asked {
    GroupIdentity identity;
    Event is_there;
  };
  const auto asked = std::make_shared<Asked>();
  driver_.post([group = group_, asked] {
    asked->identity = group->identity();
    asked->is_there.set();
  });
  (void)driver_.wait(asked->is_there, SteadyTime::max());
  return asked->identity;
}

}  // namespace millrace::client
