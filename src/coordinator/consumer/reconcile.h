// Reconciliation: the next step of one member from what it owns to its target.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>

#include "base/uuid.h"
#include "coordinator/consumer/consumer_records.h"

namespace millrace::coordinator {

struct ReconcileInput {
  const CurrentAssignmentValue& current;
  int32_t target_epoch = 0;
  const PartitionSets& target;
  /// The existing topics that the member subscribes to. Others must be given up: in the target's
  /// epoch, and while others are not yet given up, only as the member changes what it subscribes
  /// to.
  const std::set<Uuid>& subscribed;
  bool has_new_subscription = false;
  /// What the member says it owns; nothing where it did not say.
  const std::optional<PartitionSets>& owned;
  /// True while another member owns the partition.
  std::function<bool(const Uuid&, int32_t)> is_taken;
};

/// A member first gives up what is not in its target; while it still owns such partitions it stays
/// in its epoch. Then it goes to the target's epoch and gets what nobody else owns; what others
/// have to release first comes with later steps. Answers `current` where there is nothing to do,
/// and nothing where the member must be fenced, because its state is not known here and it still
/// owns partitions.
std::optional<CurrentAssignmentValue> reconcile(const ReconcileInput& input);

}  // namespace millrace::coordinator
