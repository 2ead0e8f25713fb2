#include "coordinator/group.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "coordinator/subscription.h"

namespace millrace::coordinator {

std::string_view state_name(GroupState state) {
  switch (state) {
    case GroupState::empty: return "Empty";
    case GroupState::preparing_rebalance: return "PreparingRebalance";
    case GroupState::completing_rebalance: return "CompletingRebalance";
    case GroupState::stable: return "Stable";
    case GroupState::dead: return "Dead";
  }
  return "Dead";
}

namespace {

bool may_follow(GroupState from, GroupState to) {
  switch (to) {
    case GroupState::empty: return from == GroupState::preparing_rebalance;
    case GroupState::preparing_rebalance:
      return from == GroupState::empty || from == GroupState::stable ||
             from == GroupState::completing_rebalance;
    case GroupState::completing_rebalance: return from == GroupState::preparing_rebalance;
    case GroupState::stable: return from == GroupState::completing_rebalance;
    case GroupState::dead: return from != GroupState::dead;
  }
  return false;
}

Member member_of(const MemberValue& value, const GroupValue& group) {
  Member member;
  member.id = value.member_id;
  member.instance_id = value.group_instance_id;
  member.client_id = value.client_id;
  member.client_host = value.client_host;
  member.session_timeout_ms = value.session_timeout_ms;
  member.rebalance_timeout_ms =
      value.rebalance_timeout_ms == -1 ? value.session_timeout_ms : value.rebalance_timeout_ms;
  member.protocols.push_back({group.protocol_name.value_or(""), value.subscription});
  member.assignment = value.assignment;
  return member;
}

}  // namespace

Group::Group(std::string id, const GroupValue& value) : id_(std::move(id)) { restore(value); }

void Group::leave_classic_protocol(int64_t now_ms) {
  restore(GroupValue{.state_timestamp_ms = now_ms});
}

void Group::restore(const GroupValue& value) {
  state_ = value.members.empty() ? GroupState::empty : GroupState::stable;
  previous_state_ = GroupState::empty;
  state_timestamp_ms_.reset();
  generation_id_ = value.generation_id;
  protocol_type_.reset();
  protocol_name_ = value.protocol_name;
  leader_id_ = value.leader;
  members_.clear();
  static_members_.clear();
  pending_members_.clear();
  pending_sync_.clear();
  protocol_counts_.clear();
  awaiting_join_count_ = 0;
  new_member_added = false;
  is_in_log = true;
  if (value.state_timestamp_ms != -1) state_timestamp_ms_ = value.state_timestamp_ms;
  if (!value.protocol_type.empty()) protocol_type_ = value.protocol_type;
  for (const MemberValue& member : value.members) {
    if (member.group_instance_id) static_members_[*member.group_instance_id] = member.member_id;
    members_.insert_or_assign(member.member_id, member_of(member, value));
  }
  for (const auto& [member_id, member] : members_) count_protocols(member, 1);
  if (leader_id_ && !members_.contains(*leader_id_)) leader_id_.reset();
  if (!leader_id_ && !members_.empty()) leader_id_ = members_.begin()->first;
  read_subscriptions();
}

void Group::transition_to(GroupState state, int64_t now_ms) {
  MILL_ASSERT(may_follow(state_, state), "a group changed its state against its state machine");
  previous_state_ = std::exchange(state_, state);
  state_timestamp_ms_ = now_ms;
}

void Group::revive() {
  MILL_ASSERT(is(GroupState::dead), "only a dead group can be revived");
  state_ = GroupState::empty;
}

bool Group::uses_consumer_protocol() const { return protocol_type_ == kConsumerProtocolType; }

Member& Group::member(std::string_view member_id) {
  const auto found = members_.find(member_id);
  MILL_ASSERT(found != members_.end(), "a member was looked up that the group does not have");
  return found->second;
}

std::optional<std::string> Group::static_member_id(const std::string& instance_id) const {
  const auto found = static_members_.find(instance_id);
  if (found == static_members_.end()) return std::nullopt;
  return found->second;
}

ErrorCode Group::validate_member(std::string_view member_id,
                                 const std::optional<std::string>& instance_id) const {
  if (instance_id) {
    const auto holder = static_members_.find(*instance_id);
    if (holder == static_members_.end()) return ErrorCode::unknown_member_id;
    if (holder->second != member_id) return ErrorCode::fenced_instance_id;
  }
  return has_member(member_id) ? ErrorCode::none : ErrorCode::unknown_member_id;
}

void Group::add(Member member, const std::string& protocol_type) {
  if (members_.empty()) protocol_type_ = protocol_type;
  if (member.instance_id) static_members_[*member.instance_id] = member.id;
  if (!leader_id_) leader_id_ = member.id;
  count_protocols(member, 1);
  if (member.awaiting_join) ++awaiting_join_count_;
  pending_members_.erase(member.id);
  std::string id = member.id;
  members_.emplace(std::move(id), std::move(member));
}

void Group::remove(std::string_view member_id) {
  // The view may belong to what is erased.
  const std::string id(member_id);
  if (const auto found = members_.find(id); found != members_.end()) {
    Member& member = found->second;
    count_protocols(member, -1);
    if (member.awaiting_join) --awaiting_join_count_;
    if (member.instance_id) static_members_.erase(*member.instance_id);
    members_.erase(found);
  }
  if (is_leader(id)) {
    leader_id_.reset();
    if (!members_.empty()) leader_id_ = members_.begin()->first;
  }
  pending_members_.erase(id);
  pending_sync_.erase(id);
}

Member Group::replace_static_member(const std::string& old_id, const std::string& new_id) {
  auto node = members_.extract(old_id);
  MILL_ASSERT(!node.empty(), "a static member was replaced that the group does not have");
  Member replaced = node.mapped();
  if (replaced.awaiting_join) --awaiting_join_count_;
  Member& next = node.mapped();
  next.id = new_id;
  next.awaiting_join = nullptr;
  next.awaiting_sync = nullptr;
  next.session = {};
  static_members_[*next.instance_id] = new_id;
  node.key() = new_id;
  members_.insert(std::move(node));
  if (is_leader(old_id)) leader_id_ = new_id;
  if (pending_sync_.erase(old_id) > 0) pending_sync_.insert(new_id);
  return replaced;
}

void Group::update_protocols(Member& member, std::vector<MemberProtocol> protocols) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, 1);
}

void Group::set_awaiting_join(Member& member, std::function<void(JoinResponse)> reply) {
  if (!member.awaiting_join) ++awaiting_join_count_;
  member.awaiting_join = std::move(reply);
}

std::function<void(JoinResponse)> Group::take_awaiting_join(Member& member) {
  if (member.awaiting_join) --awaiting_join_count_;
  return std::exchange(member.awaiting_join, nullptr);
}

void Group::count_protocols(const Member& member, int by) {
  std::set<std::string_view> names;
  for (const MemberProtocol& protocol : member.protocols) names.insert(protocol.name);
  for (const std::string_view name : names) {
    size_t& count = protocol_counts_[std::string(name)];
    count = by > 0 ? count + 1 : count - 1;
    if (count == 0) protocol_counts_.erase(protocol_counts_.find(name));
  }
}

int32_t Group::rebalance_timeout_ms() const {
  int32_t longest = 0;
  for (const auto& [id, member] : members_)
    longest = std::max(longest, member.rebalance_timeout_ms);
  return longest;
}

std::vector<JoinedMember> Group::joined_members() const {
  std::vector<JoinedMember> joined;
  joined.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    joined.push_back(
        {id, member.instance_id, copy_of(member.metadata(protocol_name_.value_or("")))});
  }
  return joined;
}

GroupValue Group::to_value(const std::map<std::string, Bytes, std::less<>>& assignments) const {
  GroupValue value;
  value.protocol_type = protocol_type_.value_or("");
  value.generation_id = generation_id_;
  value.protocol_name = protocol_name_;
  value.leader = leader_id_;
  value.state_timestamp_ms = state_timestamp_ms_.value_or(-1);
  for (const auto& [id, member] : members_) {
    const auto assignment = assignments.find(id);
    value.members.push_back({
        .member_id = id,
        .group_instance_id = member.instance_id,
        .client_id = member.client_id,
        .client_host = member.client_host,
        .rebalance_timeout_ms = member.rebalance_timeout_ms,
        .session_timeout_ms = member.session_timeout_ms,
        .subscription = copy_of(member.metadata(protocol_name_.value_or(""))),
        .assignment = assignment == assignments.end() ? Bytes() : assignment->second,
    });
  }
  return value;
}

GroupValue Group::to_first_value() {
  protocol_name_ = select_protocol();
  return to_value();
}

GroupValue Group::to_value() const {
  std::map<std::string, Bytes, std::less<>> assignments;
  for (const auto& [id, member] : members_) assignments.emplace(id, member.assignment);
  return to_value(assignments);
}

}  // namespace millrace::coordinator
