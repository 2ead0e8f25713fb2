#include "record/committed_filter.h"

#include <algorithm>
#include <utility>

#include "record/control_record.h"

namespace millrace::record {

CommittedFilter::CommittedFilter(std::vector<AbortedRange> aborted) : ahead_(std::move(aborted)) {
  std::ranges::sort(ahead_, std::greater(), &AbortedRange::first_offset);
}

bool CommittedFilter::shows(const BatchView& batch) {
  while (!ahead_.empty() && ahead_.back().first_offset <= batch.last_offset()) {
    aborting_.insert(ahead_.back().producer_id);
    ahead_.pop_back();
  }
  if (batch.is_control()) {
    const auto marker = parse_marker(batch);
    if (marker && *marker && (*marker)->type == MarkerType::abort) {
      aborting_.erase(batch.producer_id());
    }
    return false;
  }
  return !batch.is_transactional() || !aborting_.contains(batch.producer_id());
}

}  // namespace millrace::record
