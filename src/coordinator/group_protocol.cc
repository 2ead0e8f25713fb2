// Group: how members agree on a protocol and a leader, and what is known of their subscriptions.
#include <algorithm>

#include "base/assert.h"
#include "coordinator/group.h"
#include "coordinator/subscription.h"

namespace millrace::coordinator {

bool Group::supports_protocols(std::string_view type,
                               const std::vector<MemberProtocol>& protocols) const {
  if (is(GroupState::empty)) return !type.empty() && !protocols.empty();
  if (protocol_type_ != type) return false;
  return std::ranges::any_of(protocols, [this](const MemberProtocol& protocol) {
    const auto count = protocol_counts_.find(protocol.name);
    return (count == protocol_counts_.end() ? 0 : count->second) == members_.size();
  });
}

std::string Group::select_protocol() const {
  MILL_ASSERT(!members_.empty(), "a group without members cannot select a protocol");
  std::map<std::string_view, int> votes;
  for (const auto& [id, member] : members_) {
    const auto choice = std::ranges::find_if(member.protocols, [this](const auto& protocol) {
      const auto count = protocol_counts_.find(protocol.name);
      return count != protocol_counts_.end() && count->second == members_.size();
    });
    MILL_ASSERT(choice != member.protocols.end(), "a member shares no protocol with its group");
    ++votes[choice->name];
  }
  const auto most =
      std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return std::string(most->first);
}

bool Group::elect_joined_leader() {
  if (!leader_id_) return false;
  if (member(*leader_id_).awaiting_join) return true;
  const auto joined = std::ranges::find_if(
      members_, [](const auto& entry) { return !!entry.second.awaiting_join; });
  if (joined == members_.end()) return false;
  leader_id_ = joined->first;
  return true;
}

void Group::start_next_generation(int64_t now_ms) {
  ++generation_id_;
  if (members_.empty()) {
    protocol_name_.reset();
    transition_to(GroupState::empty, now_ms);
  } else {
    protocol_name_ = select_protocol();
    transition_to(GroupState::completing_rebalance, now_ms);
  }
  read_subscriptions();
  pending_sync_.clear();
}

void Group::read_subscriptions() {
  subscribed_topics_.reset();
  if (!uses_consumer_protocol()) return;
  std::set<std::string> topics;
  for (const auto& [id, member] : members_) {
    if (!protocol_name_ || !add_subscribed_topics(member.metadata(*protocol_name_), topics)) return;
  }
  subscribed_topics_ = std::move(topics);
}

bool Group::is_subscribed_to(std::string_view topic) const {
  if (!subscribed_topics_) return uses_consumer_protocol();
  return subscribed_topics_->contains(std::string(topic));
}

}  // namespace millrace::coordinator
