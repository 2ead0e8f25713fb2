// Offsets that nobody needs any more, by Kafka's rules:
// - a group without members: offsets.retention.minutes after it became empty;
// - a stable group of consumers: topics not subscribed any more, since their last commit;
// - standalone commits: since the commit;
// - groups of the consumer protocol: topics not subscribed, since the commit;
// - a retention that the client chose itself (before OffsetCommit v5) overrides all of these.
#include <set>
#include <string>
#include <utility>

#include "coordinator/core.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {

namespace {

/// When the retention of an offset began; nothing where its group keeps everything for now.
std::optional<int64_t> retained_since(const Locked& at, const OffsetValue& value) {
  const Group& group = at.group;
  if (at.consumer.state) return value.commit_timestamp_ms;
  if (!group.protocol_type()) return value.commit_timestamp_ms;
  if (group.is(GroupState::empty)) {
    return group.state_timestamp_ms().value_or(value.commit_timestamp_ms);
  }
  if (group.is(GroupState::stable) && group.knows_subscription()) return value.commit_timestamp_ms;
  return std::nullopt;
}

}  // namespace

void Core::schedule_expiry() {
  const auto at = clock_.steady_now() + Milliseconds(config_.offsets_retention_check_interval_ms);
  timers_.schedule(at, [core = weak_from_this()] {
    const auto self = core.lock();
    if (!self) return;
    for (const CellPtr& cell : self->all_groups()) {
      self->with_group(cell, [&self](Locked& locked) { self->expire_offsets(locked); });
    }
    self->schedule_expiry();
  });
}

void Core::expire_offsets(Locked& at) {
  Group& group = at.group;
  if (group.is(GroupState::dead) || at.consumer.is_changing) return;
  const int64_t now = now_ms();
  const std::set<std::string> consumed =
      at.consumer.state ? at.consumer.group().subscribed_topics() : std::set<std::string>();
  const bool has_members =
      at.consumer.state ? !at.consumer.group().members().empty() : !group.is(GroupState::empty);
  std::vector<OffsetName> expired;
  bool keeps_any = !group.open_transactions().empty() || !group.pending_commits().empty();
  for (const auto& [topic, partitions] : group.offsets().topics()) {
    const bool is_subscribed = has_members && (at.consumer.state ? consumed.contains(topic)
                                                                 : group.is_subscribed_to(topic));
    for (const auto& [number, committed] : partitions) {
      const OffsetName name{topic, PartitionId(number)};
      const auto since = retained_since(at, committed.value);
      const bool is_over =
          since && !is_subscribed && !group.pending_commits().contains(name) &&
          (committed.value.expire_timestamp_ms ? now >= *committed.value.expire_timestamp_ms
                                               : now - *since >= config_.offsets_retention_ms);
      if (is_over) {
        expired.push_back(name);
      } else {
        keeps_any = true;
      }
    }
  }
  if (!keeps_any && !has_members && group.pending_members().empty()) {
    if (group.is_in_log || !expired.empty()) return delete_group(at, [](ErrorCode) {});
    // Nothing of it was ever written.
    group.transition_to(GroupState::dead, now);
    return at.effects.reply(
        std::function<void(CellPtr)>([this](const CellPtr& cell) { forget(cell); }),
        CellPtr(at.cell));
  }
  if (!expired.empty()) delete_named_offsets(at, std::move(expired), [](ErrorCode) {});
}

}  // namespace millrace::coordinator
