#include "coordinator/consumer/reconcile.h"

#include <algorithm>
#include <utility>

namespace millrace::coordinator {

namespace {

bool contains(const PartitionEpochs& partitions, const Uuid& topic, int32_t partition) {
  const auto found = partitions.find(topic);
  return found != partitions.end() && found->second.contains(partition);
}

/// True unless the member said that it owns none of `revoked`.
bool still_owns_any(const PartitionEpochs& revoked, const std::optional<PartitionSets>& owned) {
  if (!owned) return true;
  return std::ranges::any_of(*owned, [&](const auto& topic) {
    return std::ranges::any_of(
        topic.second, [&](int32_t partition) { return contains(revoked, topic.first, partition); });
  });
}

CurrentAssignmentValue at_epoch(const CurrentAssignmentValue& current, int32_t epoch,
                                MemberState state) {
  CurrentAssignmentValue next;
  next.member_epoch = epoch;
  next.previous_member_epoch = current.member_epoch;
  next.state = state;
  return next;
}

bool has_unsubscribed(const ReconcileInput& input) {
  if (!input.has_new_subscription) return false;
  return std::ranges::any_of(input.current.assigned, [&](const auto& topic) {
    return !input.subscribed.contains(topic.first);
  });
}

/// Moves the topics that are not subscribed any more to those to be revoked; the rest stays.
CurrentAssignmentValue give_up_unsubscribed(const ReconcileInput& input) {
  const CurrentAssignmentValue& current = input.current;
  auto next = at_epoch(current, current.member_epoch, current.state);
  next.pending_revocation = current.pending_revocation;
  for (const auto& [topic, partitions] : current.assigned) {
    auto& to = input.subscribed.contains(topic) ? next.assigned : next.pending_revocation;
    to[topic].insert(partitions.begin(), partitions.end());
  }
  if (still_owns_any(next.pending_revocation, input.owned)) {
    next.state = MemberState::unrevoked_partitions;
  } else {
    next.pending_revocation = current.pending_revocation;
  }
  return next;
}

CurrentAssignmentValue next_step(const ReconcileInput& input) {
  const CurrentAssignmentValue& current = input.current;
  PartitionEpochs assigned;
  PartitionEpochs revoked;
  for (const auto& [topic, partitions] : current.assigned) {
    const auto target = input.target.find(topic);
    const bool is_wanted = target != input.target.end() && input.subscribed.contains(topic);
    for (const auto& [partition, epoch] : partitions) {
      const bool stays = is_wanted && target->second.contains(partition);
      (stays ? assigned : revoked)[topic][partition] = epoch;
    }
  }
  if (!revoked.empty() && still_owns_any(revoked, input.owned)) {
    auto next = at_epoch(current, current.member_epoch, MemberState::unrevoked_partitions);
    next.assigned = std::move(assigned);
    next.pending_revocation = std::move(revoked);
    return next;
  }
  bool has_unreleased = false;
  for (const auto& [topic, partitions] : input.target) {
    if (!input.subscribed.contains(topic)) continue;
    for (const int32_t partition : partitions) {
      if (contains(assigned, topic, partition)) continue;
      if (input.is_taken(topic, partition)) {
        has_unreleased = true;
      } else {
        assigned[topic][partition] = input.target_epoch;
      }
    }
  }
  auto next = at_epoch(current, input.target_epoch,
                       has_unreleased ? MemberState::unreleased_partitions : MemberState::stable);
  next.assigned = std::move(assigned);
  return next;
}

}  // namespace

std::optional<CurrentAssignmentValue> reconcile(const ReconcileInput& input) {
  const CurrentAssignmentValue& current = input.current;
  switch (current.state) {
    case MemberState::stable:
      if (current.member_epoch != input.target_epoch) return next_step(input);
      return has_unsubscribed(input) ? give_up_unsubscribed(input) : current;
    case MemberState::unrevoked_partitions:
      if (!still_owns_any(current.pending_revocation, input.owned)) return next_step(input);
      return has_unsubscribed(input) ? give_up_unsubscribed(input) : current;
    case MemberState::unreleased_partitions: return next_step(input);
    case MemberState::unknown: break;
  }
  if (!input.owned || !input.owned->empty()) return std::nullopt;
  return next_step(input);
}

}  // namespace millrace::coordinator
