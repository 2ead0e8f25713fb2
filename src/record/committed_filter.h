// What a reader of committed records is not shown of the batches it gets (KIP-98).
#pragma once

#include <set>
#include <vector>

#include "record/batch_view.h"

namespace millrace::record {

/// A transaction that was aborted, as Fetch answers it: records of the producer from that offset to
/// its marker do not count.
struct AbortedRange {
  ProducerId producer_id;
  Offset first_offset;
};

/// For the batches of one answer, in their order. Owned by one thread.
class CommittedFilter {
 public:
  explicit CommittedFilter(std::vector<AbortedRange> aborted);

  /// Whether records of the batch are shown; control batches never are.
  bool shows(const BatchView& batch);

 private:
  /// Not begun yet; the last one begins first.
  std::vector<AbortedRange> ahead_;
  std::set<ProducerId> aborting_;
};

}  // namespace millrace::record
