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

struct ReplaySpec {
  /// The log's end: what the producers did up to here.
  Offset end;
  /// Later snapshots are not believed: they may know of batches that did not survive.
  Offset snapshot_max;
  /// Producers whose batches are replayed count as active now: their records may be old.
  int64_t now_ms = 0;
  /// Transaction indexes of segments from here on are made anew; at least `snapshot_max`, so that
  /// what began before is known.
  Offset reindex_from;
};

/// What the log knows of its producers, and, on the way, the entries of transaction indexes. Each
/// producer's window of recent batches, which snapshots do not hold, is read back from the batches
/// in front of the snapshot.
Result<ProducerState> replay_producers(io::FileSystem& fs, const std::string& directory,
                                       const std::vector<std::shared_ptr<Segment>>& segments,
                                       const ReplaySpec& spec);

Result<void> remove_snapshots_after(io::FileSystem& fs, const std::string& directory, Offset end);

}  // namespace millrace::storage
