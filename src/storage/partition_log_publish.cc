// What a partition log tells other processes.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "storage/partition_log.h"
#include "storage/published_file.h"
#include "storage/segment.h"

namespace millrace::storage {

void PartitionLog::set_publisher(std::shared_ptr<Publisher> publisher) {
  publisher_ = std::move(publisher);
}

void PartitionLog::publish_readable(const ReadableOffsets& readable) {
  if (!publisher_) return;
  publisher_->publish(
      {.log_start_offset = log_start_offset(),
       .last_stable_offset = std::min(readable.last_stable_offset, Offset(unnamed_from_.load())),
       .high_watermark = readable.high_watermark,
       .log_end_offset = log_end_offset(),
       .leader_epoch = leader_epoch()});
}

/// Other processes know aborted transactions from the segment's file alone. Where it cannot be
/// written, their readers of committed records stop in front of the transaction.
void PartitionLog::name_aborted(Offset first_offset) {
  if (!publisher_) return;
  Segment& segment = active();
  const auto written = segment.write_aborted();
  if (written) return note_aborted_named(segment);
  log::warn(name_, ": ", written.error().message(),
            "; other processes read committed records only up to ", first_offset);
  if (!unnamed_segment_) unnamed_segment_ = segment.base_offset();
  unnamed_from_ = std::min(unnamed_from_.load(), first_offset.value());
}

/// A segment that was sealed without its file has it again after the next start.
void PartitionLog::note_aborted_named(const Segment& segment) {
  if (unnamed_segment_ != segment.base_offset()) return;
  unnamed_segment_.reset();
  unnamed_from_ = INT64_MAX;
}

}  // namespace millrace::storage
