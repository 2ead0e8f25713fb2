// LogOpener: how a PartitionLog comes to be, new or out of a directory.
#pragma once

#include <memory>
#include <vector>

#include "millrace/clock.h"
#include "storage/partition_log.h"

namespace millrace::storage {

/// Used once, by one thread, before anybody else knows the log.
class LogOpener {
 public:
  LogOpener(io::FileSystem& fs, const Clock& clock, const PartitionLog::OpenOptions& options);

  Result<std::shared_ptr<PartitionLog>> create(const Uuid& topic_id);
  Result<std::shared_ptr<PartitionLog>> open(PartitionRecovery& recovery);

 private:
  Result<std::vector<Offset>> find_segments();
  Result<void> repair(Offset check_from, std::vector<Offset>& bases, PartitionRecovery& recovery);
  Result<void> assemble(std::vector<Offset>& bases, PartitionRecovery& recovery);
  Result<void> open_segments(std::vector<Offset>& bases, PartitionRecovery& recovery);
  Result<void> attach_transactions(Segment& segment, Offset next_base, bool is_trusted);
  Result<std::shared_ptr<Segment>> open_sealed(Offset base, Offset next_base,
                                               PartitionRecovery& recovery);
  Result<std::shared_ptr<Segment>> open_active(Offset base, PartitionRecovery& recovery);
  Result<std::shared_ptr<Segment>> start_segment(Offset base);
  Result<void> honour_log_start();
  Result<void> load_epochs(bool unclean);
  Result<void> rebuild_epochs();
  Result<void> load_producers(bool unclean);
  Result<void> keep_transaction_indexes();
  void publish();

  io::FileSystem& fs_;
  const Clock& clock_;
  const PartitionLog::OpenOptions& options_;
  /// Where the last successful sync ended, if one failed since.
  std::optional<Offset> failed_sync_;
  const std::shared_ptr<PartitionLog> log_;
  PartitionLog::SegmentList segments_;
  Offset end_offset_;
  Offset start_offset_;
  /// From this segment on transaction indexes are made anew.
  Offset reindex_from_;
};

}  // namespace millrace::storage
