// ConsumerChange: what one request changes of a group, before it is written.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/consumer/assignor.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/topic_view.h"
#include "coordinator/coordinator_config.h"

namespace millrace::coordinator {

/// Collects records and shows the group as it will be with them. The group itself is left alone: it
/// changes when the records are durable. Copies the group when somebody looks after a change, which
/// a steady heartbeat and a step of reconciliation never do.
class ConsumerChange {
 public:
  /// All must outlive the change.
  ConsumerChange(const ConsumerGroup& group, const CoordinatorConfig& config,
                 const ConsumerGroupTimes& times, const TopicView& topics, int64_t now_ms)
      : config_(config), times_(times), topics_(topics), now_ms_(now_ms), before_(group) {}

  const ConsumerGroup& group() {
    if (applied_count_ == records_.size()) return copy_ ? *copy_ : before_;
    if (!copy_) copy_ = before_;
    for (; applied_count_ < records_.size(); ++applied_count_) {
      copy_->apply(records_[applied_count_]);
    }
    return *copy_;
  }
  void add(ConsumerRecord record) { records_.push_back(std::move(record)); }
  const std::vector<ConsumerRecord>& records() const { return records_; }

  const CoordinatorConfig& config() const { return config_; }
  const ConsumerGroupTimes& times() const { return times_; }
  const TopicView& topics() const { return topics_; }
  int64_t now_ms() const { return now_ms_; }

  // --- What all changes are made of.
  /// Tombstones of a member, in the order in which a reader can take them.
  void remove_member(const std::string& member_id);
  /// `old_id` goes on as `new_id`, with what it had, in epoch 0.
  void replace_member(const std::string& old_id, const std::string& new_id);
  /// Resolves the expressions that members subscribe to anew and drops those of nobody. True where
  /// that changed what somebody subscribes to.
  bool refresh_regexes();
  /// Starts the next epoch if `must` or if the subscribed topics changed.
  void update_epoch(bool must);
  /// Computes the target of the group's epoch, unless one of that epoch is there or the last one
  /// is too young (consumer.assignment.interval.ms).
  void update_target();
  /// One step of the member towards its target. False where it must be fenced.
  [[nodiscard]] bool reconcile_member(const std::string& member_id,
                                      const std::optional<PartitionSets>& owned,
                                      bool has_new_subscription);
  /// What the step before made of the member's assignment. Looks at no copy.
  CurrentAssignmentValue current_of(const ConsumerMember& before) const;

 private:
  std::set<Uuid> subscribed_ids(const ConsumerMember& member);

  const CoordinatorConfig& config_;
  const ConsumerGroupTimes times_;
  const TopicView& topics_;
  const int64_t now_ms_;
  const ConsumerGroup& before_;
  std::optional<ConsumerGroup> copy_;
  std::vector<ConsumerRecord> records_;
  size_t applied_count_ = 0;
};

/// The assignor that most members ask for; the first configured one where nobody asks.
Assignor preferred_assignor(const ConsumerGroup& group, const CoordinatorConfig& config);

}  // namespace millrace::coordinator
