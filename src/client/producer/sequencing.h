// Sequencing: the numbers under which a partition's batches go to the broker (KIP-98, KIP-360).
#pragma once

#include <cstdint>

#include "client/producer/batch.h"
#include "record/batch_view.h"

namespace millrace::client {

struct ProducerIdentity {
  int64_t id = -1;
  int16_t epoch = -1;
  bool operator==(const ProducerIdentity&) const = default;
};

/// One partition's. A batch that was given up leaves a gap that the broker would never take a later
/// batch behind: then numbering begins at 0 again, in the next epoch. Producers that are only
/// idempotent may raise the epoch by themselves, and for one partition alone.
class Sequencing {
 public:
  /// A stamped batch failed; once no stamped batch is left the next one begins anew.
  void lose() { is_lost_ = true; }
  bool is_lost() const { return is_lost_; }

  /// The broker took a batch under the current id.
  void accept(const Stamp& stamp) {
    if (stamp.producer_id == identity_.id) is_known_ = true;
  }
  /// A broker that does not know an id takes any sequence as its first: until it knows the id, a
  /// second batch under way could come to stand before the first.
  bool may_overlap() const { return is_known_ && !is_lost_; }

  /// Whether `known` is of no use: none at all, or the one whose epochs are used up.
  bool needs_identity(ProducerIdentity known) const {
    if (known.id < 0) return identity_.id < 0 || is_used_up();
    return is_used_up() && known.id == identity_.id;
  }

  /// The stamp of a batch that has none. While lost, only when no stamped batch is left.
  Stamp next(ProducerIdentity known, int32_t record_count) {
    if (identity_.id < 0 || is_used_up()) {
      identity_ = known;
      is_known_ = false;
      next_ = 0;
    } else if (is_lost_) {
      ++identity_.epoch;
      next_ = 0;
    }
    is_lost_ = false;
    const Stamp stamp{.producer_id = identity_.id, .epoch = identity_.epoch, .sequence = next_};
    next_ = record::advance_sequence(next_, record_count);
    return stamp;
  }

 private:
  bool is_used_up() const { return is_lost_ && identity_.epoch == INT16_MAX; }

  ProducerIdentity identity_;
  int32_t next_ = 0;
  bool is_lost_ = false;
  bool is_known_ = false;
};

}  // namespace millrace::client
