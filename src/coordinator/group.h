// Group: the state machine of one group of the classic protocol. Knows no locks, timers or logs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/timers.h"
#include "coordinator/committed_offsets.h"
#include "coordinator/formats.h"
#include "coordinator/group_messages.h"
#include "coordinator/member.h"

namespace millrace::coordinator {

/// Empty -> PreparingRebalance (members join) -> CompletingRebalance (the leader computes the
/// assignment) -> Stable -> PreparingRebalance ...; back to Empty when the last member goes; Dead
/// when the group is being deleted or is deleted.
enum class GroupState : uint8_t { empty, preparing_rebalance, completing_rebalance, stable, dead };

/// Kafka's spelling, for instance "PreparingRebalance".
std::string_view state_name(GroupState state);

/// A timer that can be replaced: a callback that was already under way when it was cancelled finds
/// another stamp and does nothing.
struct GroupTimer {
  TimerId id = 0;
  uint64_t stamp = 0;
};

/// A committed offset's name, for what is on its way to the log.
struct OffsetName {
  std::string topic;
  PartitionId partition;

  auto operator<=>(const OffsetName&) const = default;
};

/// Invariants: the leader is a member, if there is one; static members and waiting counts agree
/// with the members; every member shares at least one protocol with all others; Empty and only
/// Empty (or Dead) has no members once a join completed.
class Group {
 public:
  Group(std::string id, int64_t now_ms) : id_(std::move(id)), state_timestamp_ms_(now_ms) {}
  /// As the log remembers it: Stable where it had members, else Empty. Sessions are not started.
  Group(std::string id, const GroupValue& value);

  const std::string& id() const { return id_; }
  GroupState state() const { return state_; }
  bool is(GroupState state) const { return state_ == state; }
  /// The state before this one; tells an initial rebalance from others.
  GroupState previous_state() const { return previous_state_; }
  /// Asserts that the state machine has the arrow.
  void transition_to(GroupState state, int64_t now_ms);
  /// Takes the state back that a deletion which could not be written had changed.
  void revive();
  /// Empty and without a past, offsets aside: the group speaks the consumer protocol from here on.
  void leave_classic_protocol(int64_t now_ms);
  /// Members and generation as the log remembers them. Sessions are not started.
  void restore(const GroupValue& value);
  bool can_rebalance() const {
    return is(GroupState::empty) || is(GroupState::stable) || is(GroupState::completing_rebalance);
  }

  int32_t generation_id() const { return generation_id_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader_id() const { return leader_id_; }
  bool is_leader(std::string_view member_id) const { return leader_id_ == member_id; }
  bool uses_consumer_protocol() const;

  std::map<std::string, Member, std::less<>>& members() { return members_; }
  const std::map<std::string, Member, std::less<>>& members() const { return members_; }
  bool has_member(std::string_view member_id) const { return members_.contains(member_id); }
  /// Must exist.
  Member& member(std::string_view member_id);
  /// The member that holds the instance id, or nothing.
  std::optional<std::string> static_member_id(const std::string& instance_id) const;
  /// Ok, unknown_member_id or fenced_instance_id.
  ErrorCode validate_member(std::string_view member_id,
                            const std::optional<std::string>& instance_id) const;

  /// `member` must share type and protocol (supports_protocols). The first one sets the type.
  void add(Member member, const std::string& protocol_type);
  /// Forgets a member, a pending or a known one. The caller has answered what waits for it.
  void remove(std::string_view member_id);
  /// The static member `old_id` goes on under `new_id`, with its assignment and leadership. Its
  /// waiting requests stay behind in the answer, to be fenced.
  Member replace_static_member(const std::string& old_id, const std::string& new_id);
  void update_protocols(Member& member, std::vector<MemberProtocol> protocols);

  void set_awaiting_join(Member& member, std::function<void(JoinResponse)> reply);
  /// Takes the waiting JoinGroup out; empty where none waits.
  std::function<void(JoinResponse)> take_awaiting_join(Member& member);
  size_t awaiting_join_count() const { return awaiting_join_count_; }
  bool has_all_members_joined() const {
    return awaiting_join_count_ == members_.size() && pending_members_.empty();
  }

  /// Ids that were given out and have not joined yet.
  std::map<std::string, Session, std::less<>>& pending_members() { return pending_members_; }
  bool is_pending(std::string_view member_id) const { return pending_members_.contains(member_id); }

  /// Members from which this generation's SyncGroup has not come yet.
  std::set<std::string, std::less<>>& pending_sync() { return pending_sync_; }

  /// True if a member of this type offering these names can be in the group.
  bool supports_protocols(std::string_view type,
                          const std::vector<MemberProtocol>& protocols) const;
  /// The protocol that most members prefer among those that all offer. Needs a member.
  std::string select_protocol() const;
  /// Makes a member that waits the leader if the leader does not wait. False where nobody waits.
  bool elect_joined_leader();
  /// Starts the next generation: CompletingRebalance, or Empty without members.
  void start_next_generation(int64_t now_ms);

  int32_t rebalance_timeout_ms() const;
  /// For the leader: everybody with what they told about the selected protocol.
  std::vector<JoinedMember> joined_members() const;

  /// True for consumers' groups where the topic is subscribed or the subscription is not readable.
  bool is_subscribed_to(std::string_view topic) const;
  bool knows_subscription() const { return subscribed_topics_.has_value(); }
  /// When the state was entered; nothing in groups that an old version wrote.
  std::optional<int64_t> state_timestamp_ms() const { return state_timestamp_ms_; }

  /// The record of this group with `assignments` by member id in place of its own.
  GroupValue to_value(const std::map<std::string, Bytes, std::less<>>& assignments) const;
  GroupValue to_value() const;
  /// The same for a group that was just put together of members: in the protocol that they select.
  GroupValue to_first_value();

  CommittedOffsets& offsets() { return offsets_; }
  const CommittedOffsets& offsets() const { return offsets_; }
  /// Commits on their way to the log, with how many of each.
  std::map<OffsetName, int>& pending_commits() { return pending_commits_; }
  /// Offsets of transactions that replay found open, by producer.
  std::map<int64_t, CommittedOffsets>& open_transactions() { return open_transactions_; }
  const std::map<int64_t, CommittedOffsets>& open_transactions() const {
    return open_transactions_;
  }

  GroupTimer join_timer;
  GroupTimer sync_timer;
  /// Somebody joined since the initial rebalance's delay was last extended.
  bool new_member_added = false;
  /// The log holds a record of this group that a deletion must cover.
  bool is_in_log = false;

 private:
  void count_protocols(const Member& member, int by);
  void read_subscriptions();

  const std::string id_;
  GroupState state_ = GroupState::empty;
  GroupState previous_state_ = GroupState::empty;
  std::optional<int64_t> state_timestamp_ms_;
  int32_t generation_id_ = 0;
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_name_;
  std::optional<std::string> leader_id_;
  std::map<std::string, Member, std::less<>> members_;
  std::map<std::string, std::string, std::less<>> static_members_;
  std::map<std::string, Session, std::less<>> pending_members_;
  std::set<std::string, std::less<>> pending_sync_;
  std::map<std::string, size_t, std::less<>> protocol_counts_;
  size_t awaiting_join_count_ = 0;
  std::optional<std::set<std::string>> subscribed_topics_;
  CommittedOffsets offsets_;
  std::map<OffsetName, int> pending_commits_;
  std::map<int64_t, CommittedOffsets> open_transactions_;
};

}  // namespace millrace::coordinator
