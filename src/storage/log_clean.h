// LogClean: one round of cleaning one log (compaction): a map of the latest offset of each dirty
// key, then segments rewritten without the records that it makes obsolete.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/strong.h"
#include "millrace/result.h"
#include "storage/batch_cleaner.h"
#include "storage/offset_map.h"
#include "storage/partition_log.h"

namespace millrace::storage {

/// Used once, by one thread, while the log goes on: appends and reads notice nothing but that
/// segments are replaced, a group at a time.
class LogClean {
 public:
  LogClean(PartitionLog& log, const CleanSpec& spec);

  Result<CleanOutcome> run();

 private:
  using Segments = std::vector<std::shared_ptr<Segment>>;

  Result<void> clean_all();
  Result<OffsetMap> build_map();
  /// False where the map is full.
  Result<bool> map_segment(const Segment& segment, OffsetMap& map,
                           CleanedTransactions& transactions);
  Result<bool> map_batch(const record::BatchView& batch, OffsetMap& map,
                         CleanedTransactions& transactions) const;

  /// Neighbours that together fit one segment.
  std::vector<Segments> groups_up_to(Offset end) const;
  Result<void> clean_group(const Segments& group, BatchCleaner& cleaner);
  Result<void> write_group(const Segments& group, BatchCleaner& cleaner, Segment& target);
  Result<void> write_segment(const Segment& source, bool is_last, BatchCleaner& cleaner,
                             Segment& target);
  Result<void> add(const BatchCleaner::Cleaned& cleaned, Offset last_offset, Segment& target);
  Result<void> flush(Segment& target);
  Result<void> finish(Segment& target);
  /// Where the segment's last offset is below.
  Offset next_base(const Segment& segment) const;
  /// Tells what was read or written; an error where the round is to stop.
  Result<void> spend(int64_t bytes);

  PartitionLog& log_;
  const CleanSpec& spec_;
  const LogConfig config_;
  /// As the log was when the round began; it changes only at its ends.
  const std::shared_ptr<const Segments> segments_;
  CleanOutcome outcome_;
  Bytes read_buffer_;

  /// Batches that wait to be written together.
  struct Pending {
    Offset last_offset;
    int64_t size = 0;
    int64_t max_timestamp = -1;
  };
  std::vector<Pending> pending_;
  Bytes write_buffer_;
  int64_t unsynced_bytes_ = 0;
};

}  // namespace millrace::storage
