// Brings the segments of a log that was not closed into order: torn ends are cut, damage in front
// of good batches is moved aside, never dropped.
#pragma once

#include <string>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/recovery_report.h"

namespace millrace::storage {

struct RepairSpec {
  std::string directory;
  /// Records below are known to be durable: what is bad there is damage, not a torn write, and
  /// where they are missing the log still goes on behind them.
  Offset recovery_point;
  /// Segments wholly below are not looked at; at most the recovery point.
  Offset check_from;
  /// Where the last successful sync ended, if a later one failed: nothing from here on is believed.
  std::optional<Offset> failed_sync;
};

/// Checks every segment that holds offsets from `check_from` on. `bases` are the log files
/// found, ascending; on success they are those that remain, and all of them are durable. `recovery`
/// gets what was cut and moved.
///
/// Damage followed by a good batch, in its segment or in a later one, goes to a side file, and what
/// follows goes on in a segment of its own, so that every log file is whole. Interrupted anywhere,
/// it finds the same when it runs again.
Result<void> repair_segments(io::FileSystem& fs, const RepairSpec& spec, std::vector<Offset>& bases,
                             PartitionRecovery& recovery);

}  // namespace millrace::storage
