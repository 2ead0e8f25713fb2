// Producer state made anew: the last usable snapshot, then the batches behind it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "storage/producer_state.h"

namespace millrace::storage {

class Segment;

/// The offsets of the snapshot files in a directory, ascending.
Result<std::vector<Offset>> list_snapshots(io::FileSystem& fs, const std::string& directory);

/// What the log knows of its producers at `end`. Only snapshots up to `snapshot_max` are believed:
/// later ones may know of batches that did not survive. Each producer's window of recent batches,
/// which snapshots do not hold, is read back from the batches in front of the snapshot.
Result<ProducerState> replay_producers(io::FileSystem& fs, const std::string& directory,
                                       const std::vector<std::shared_ptr<Segment>>& segments,
                                       Offset end, Offset snapshot_max);

Result<void> remove_snapshots_after(io::FileSystem& fs, const std::string& directory, Offset end);

}  // namespace millrace::storage
