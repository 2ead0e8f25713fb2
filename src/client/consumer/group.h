// Group: what a consumer is in its group: a member or not, with commits of its own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/client_core.h"
#include "client/consumer/committer.h"
#include "client/consumer/mailbox.h"
#include "client/consumer/membership.h"
#include "client/consumer/partition_states.h"
#include "client/signal.h"

namespace millrace::client {

/// Makes a membership that shares the consumer's gateway. The host outlives it until abandon().
using MakeMembership =
    std::function<std::shared_ptr<Membership>(std::shared_ptr<Gateway> gateway, MemberHost& host)>;

/// Used inside the driver only, where not said otherwise. What its membership asks for is carried
/// to the program's thread by the mailbox and waited for.
///
/// Held by a shared_ptr, which its coroutines share. abort() ends them all.
class Group final : public MemberHost, public std::enable_shared_from_this<Group> {
 public:
  Group(std::shared_ptr<ClientCore> client, std::shared_ptr<Gateway> gateway,
        std::shared_ptr<PartitionStates> states, std::shared_ptr<Mailbox> mailbox, std::string name,
        MakeMembership make_membership);

  const std::string& name() const { return name_; }
  /// Any thread: the program polls.
  void note_poll(SteadyTime now) { last_polled_ = now; }
  /// Any thread: the program was told.
  void finish(std::shared_ptr<RebalanceCall> call);

  void subscribe(Subscription subscription);
  void on_poll();
  /// Only the group, where the consumer is no member.
  GroupIdentity identity() const;
  void commit(Committer::Commit commit);
  /// Ends the membership, if there is one; what it still asks for is not told.
  static Task<void> leave(std::shared_ptr<Group> self, SteadyTime deadline);
  void abort();

  std::vector<TopicPartition> assigned() const override { return states_->assigned(); }
  Task<void> revoke(std::vector<TopicPartition> partitions) override;
  Task<void> lose(std::vector<TopicPartition> partitions) override;
  Task<void> assign(std::vector<TopicPartition> added, bool even_none) override;
  void fail(Error error) override;
  SteadyTime last_polled() const override { return last_polled_; }

 private:
  using Self = std::shared_ptr<Group>;

  static Task<void> tell(Self self, RebalanceCall::Kind kind,
                         std::vector<TopicPartition> partitions);
  Result<GroupIdentity> identify() const;
  /// Ends all that wait for the program.
  void release();

  const std::shared_ptr<ClientCore> client_;
  const std::shared_ptr<Gateway> gateway_;
  const std::shared_ptr<PartitionStates> states_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::string name_;
  const MakeMembership make_membership_;
  std::atomic<SteadyTime> last_polled_;

  std::shared_ptr<Committer> committer_;
  std::shared_ptr<Membership> membership_;
  bool is_closed_ = false;
  /// Those that the program has not heard yet.
  std::vector<std::shared_ptr<RebalanceCall>> calls_;
  /// Raised when it has heard one.
  Signal heard_;
};

}  // namespace millrace::client
