// ClassicMember: membership by the classic protocol (KIP-62, KIP-345, KIP-394, KIP-429).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/consumer/group_topics.h"
#include "client/consumer/membership.h"
#include "client/gateway.h"
#include "client/signal.h"
#include "millrace/options.h"
#include "wire/messages/join_group.h"
#include "wire/messages/sync_group.h"

namespace millrace::client {

/// Three coroutines share the work: one decides when to join and is the only one that calls the
/// host back, one beats, one looks after topics. Each belongs to a life of the member, from
/// subscribe to leave or abandon, and ends where that is over. Each attempt to join is a coroutine
/// of its own, and void once its place is lost.
///
/// Partitions are kept over a rebalance (cooperative) only where all assignors that are offered can
/// do that: with another one the group might give them to somebody else at once. Otherwise all are
/// given up first (eager), as in Java.
class ClassicMember final : public Membership, public std::enable_shared_from_this<ClassicMember> {
 public:
  /// `options` were checked.
  ClassicMember(std::shared_ptr<Gateway> gateway, MemberHost& host, const ConsumerOptions& options);

  void subscribe(Subscription subscription) override;
  GroupIdentity identity() const override { return identity_; }
  void on_poll() override;
  void on_commit_refused(const Error& error) override;
  Task<void> leave(SteadyTime deadline) override;
  void abandon() override;

 private:
  using Self = std::shared_ptr<ClassicMember>;
  using Partitions = std::vector<TopicPartition>;
  using Joined = wire::JoinGroupResponse;
  using Assignments = std::vector<wire::SyncGroupRequest::Assignment>;

  // Its life: classic_member.cc.
  void begin();
  void end();
  /// What it had may be read by others from here on.
  void give_up_place();
  /// Nothing that an attempt to join brings counts from here on.
  void drop_attempt();
  bool is_over(uint64_t life) const { return life != life_; }
  SteadyTime now() const { return gateway_->driver().now(); }
  std::optional<std::string> instance_id() const;
  void ask_to_join(std::string reason);
  /// The coordinator does not count on this member any more: what it has is lost.
  void lose_place(std::string reason);
  void fail(Error error);
  static Task<void> send_leave(Self self, std::string member_id, std::string reason,
                               SteadyTime deadline);

  // Joining: classic_join.cc.
  static Task<void> run(Self self, uint64_t life);
  /// What must go before the next join.
  Partitions going() const;
  static Task<void> give_up(Self self, uint64_t life);
  static Task<void> join(Self self, uint64_t attempt);
  static Task<Result<Partitions>> ask_for_share(Self self, uint64_t attempt);
  wire::JoinGroupRequest join_request() const;
  static Task<Result<Joined>> enter(Self self, uint64_t attempt);
  Result<void> accept(const Joined& joined);
  /// True where the next attempt need not wait.
  bool on_failed_join(Error error);

  // Sharing out: classic_share.cc.
  static Task<Result<Partitions>> sync(Self self, uint64_t attempt, Joined joined);
  static Task<Result<Assignments>> share(Self self, Joined joined);
  static Task<void> adopt(Self self, uint64_t life, Partitions assigned);

  // Staying: classic_stay.cc.
  bool is_in_group() const { return generation_ >= 0 && !is_joining_; }
  SteadyTime poll_deadline() const { return host_.last_polled() + options_.max_poll_interval; }
  static Task<void> beat(Self self, uint64_t life);
  static Task<void> beat_once(Self self, uint64_t life);
  void on_heartbeat(Result<void> answer, SteadyTime sent_at);
  /// When it must have been heard of to keep its place.
  SteadyTime place_end() const;
  void on_place_end();
  /// The program does not poll.
  void step_out();
  static Task<void> look_after_topics(Self self, uint64_t life);
  void look_again_later();

  const std::shared_ptr<Gateway> gateway_;
  MemberHost& host_;
  const ConsumerOptions options_;
  const bool is_cooperative_;
  GroupTopics topics_;
  /// Raised where something changed that a coroutine may wait for.
  Signal changed_;

  uint64_t life_ = 0;
  bool is_alive_ = false;
  bool is_failed_ = false;
  /// Left because the program did not poll; its next poll ends that.
  bool is_out_ = false;
  bool must_join_ = false;
  std::string reason_;
  uint64_t attempt_ = 0;
  /// While its JoinGroup is under way.
  bool is_joining_ = false;
  /// What it brought, until that is adopted.
  std::optional<Result<Partitions>> share_;

  /// Empty until the coordinator has given one.
  std::string member_id_;
  /// -1 where the member is in none.
  int32_t generation_ = -1;
  /// In which the host got what it has.
  int32_t adopted_ = -1;
  /// Of the last generation. A commit of a member that is out is to be refused, so this stays.
  GroupIdentity identity_;

  SteadyTime next_beat_;
  SteadyTime session_end_;
  /// So long, at least, from the last time that the group was not rebalancing.
  SteadyTime waited_for_until_;
  SteadyTime next_look_;
};

}  // namespace millrace::client
