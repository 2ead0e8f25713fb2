// ConsumerMember: membership by the consumer protocol (KIP-848): the coordinator decides who reads
// what, heartbeats carry that back and forth.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "client/consumer/membership.h"
#include "client/gateway.h"
#include "client/signal.h"
#include "millrace/options.h"
#include "wire/messages/consumer_group_heartbeat.h"

namespace millrace::client {

/// Two coroutines share the work: one beats, the other brings what the host has in line with what
/// the coordinator wants, and is the only one that calls the host back. Both belong to a life of
/// the member, from subscribe to leave or abandon, and end where that is over.
///
/// The coordinator gives a partition to somebody else as soon as this member does not name it any
/// more: so what is owned counts from before the host reads it until after it has stopped.
class ConsumerMember final : public Membership,
                             public std::enable_shared_from_this<ConsumerMember> {
 public:
  /// `options` were checked.
  ConsumerMember(std::shared_ptr<Gateway> gateway, MemberHost& host,
                 const ConsumerOptions& options);

  void subscribe(Subscription subscription) override;
  GroupIdentity identity() const override { return identity_; }
  void on_poll() override;
  void on_commit_refused(const Error& error) override;
  Task<void> leave(SteadyTime deadline) override;
  void abandon() override;

 private:
  using Self = std::shared_ptr<ConsumerMember>;
  using Partitions = std::vector<TopicPartition>;
  using Request = wire::ConsumerGroupHeartbeatRequest;
  using Response = wire::ConsumerGroupHeartbeatResponse;
  using Ids = std::map<Uuid, std::set<int32_t>>;

  enum class Stage : uint8_t {
    /// Before subscribe, after leave and abandon.
    idle,
    /// Out of the group: what it has is lost first, then it joins.
    fenced,
    /// Left because the program did not poll: what it has is lost, the next poll lets it join.
    stale,
    joining,
    member,
    /// What it has is lost, and that is the end.
    failed,
  };

  // Its life: consumer_member.cc.
  void begin();
  void end();
  bool is_over(uint64_t life) const { return life != life_; }
  /// Each change makes void what was asked before.
  void enter(Stage stage);
  SteadyTime now() const { return gateway_->driver().now(); }
  std::optional<std::string> instance_id() const;
  void beat_now();
  void fail(Error error);
  static Task<void> send_leave(Self self, std::string member_id, SteadyTime deadline);

  // Staying: consumer_heartbeat.cc.
  bool may_beat() const { return stage_ == Stage::joining || stage_ == Stage::member; }
  SteadyTime poll_deadline() const { return host_.last_polled() + options_.max_poll_interval; }
  static Task<void> beat(Self self, uint64_t life);
  static Task<void> beat_once(Self self, uint64_t life);
  Request next_request() const;
  void on_answer(const Response& response);
  void on_refused(Error error);
  /// The program does not poll.
  void step_out();

  // Reconciling: consumer_reconcile.cc.
  static Task<void> run(Self self, uint64_t life);
  static Task<void> lose_all(Self self, uint64_t life);
  /// What it should have, as far as its topics' names are known.
  Ids wanted() const;
  /// What the host has and should not have.
  Partitions surplus() const;
  static Task<void> give_up(Self self, Partitions surplus);
  bool may_adopt() const;
  static Task<void> adopt(Self self);
  void acknowledge();
  void disown_all_but(const Ids& wanted);
  Partitions named(const Ids& ids) const;
  std::vector<Uuid> nameless() const;
  void look_for_names();
  static Task<void> find_names(Self self, uint64_t life);
  static Task<void> create_topics(Self self, uint64_t life, std::vector<std::string> names);
  void learn_names(const std::vector<TopicDescription>& topics);

  const std::shared_ptr<Gateway> gateway_;
  MemberHost& host_;
  const ConsumerOptions options_;
  /// Raised where something changed that a coroutine may wait for.
  Signal changed_;

  uint64_t life_ = 0;
  Stage stage_ = Stage::idle;
  uint64_t stage_number_ = 0;
  Subscription subscription_;

  std::string member_id_ = Uuid::random().to_string();
  int32_t epoch_ = 0;
  /// With the last epoch. A commit of a member that is out is to be refused, so this stays.
  GroupIdentity identity_;

  /// What the coordinator knows from the last heartbeat that it answered; nothing where it is to
  /// be told all.
  struct Told {
    Subscription subscription;
    std::optional<Ids> owned;
  };
  std::optional<Told> told_;
  /// While a heartbeat that tells what is owned is under way.
  bool is_telling_ = false;
  bool has_asked_ = false;
  SteadyTime next_beat_;
  Milliseconds interval_;
  std::optional<Backoff> backoff_;

  /// What the coordinator wants the member to have; nothing where it has not said.
  std::optional<Ids> target_;
  bool must_acknowledge_ = false;
  Ids owned_;
  std::map<Uuid, std::string> names_;
  bool is_looking_ = false;
  /// They were looked for and not found since the target came.
  bool are_names_late_ = false;
};

}  // namespace millrace::client
