// LeaderEpochs: which leader epoch began at which offset (KIP-101, KIP-320), and its file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"

namespace millrace::storage {

struct EpochStart {
  LeaderEpoch epoch;
  Offset start_offset;

  bool operator==(const EpochStart&) const = default;
};

/// Invariant: epochs and start offsets both strictly ascend. Not thread-safe; the log's lock guards
/// it. Each change that must outlive the process is followed by write().
class LeaderEpochs {
 public:
  /// Reads `leader-epoch-checkpoint`; a missing file is an empty history. A malformed one is an
  /// error.
  static Result<LeaderEpochs> read(io::FileSystem& fs, const std::string& path);
  Result<void> write(io::FileSystem& fs, const std::string& path) const;
  /// What write() writes.
  std::string text() const;

  /// Enters an epoch that starts at `start`; entries at or after `start` without records go. False
  /// where the epoch is not newer than the last.
  bool assign(LeaderEpoch epoch, Offset start);
  void truncate_from_end(Offset end);
  /// The first remaining entry starts at `start`.
  void truncate_from_start(Offset start);

  std::optional<EpochStart> last() const;
  std::optional<LeaderEpoch> epoch_of(Offset offset) const;
  /// The largest known epoch <= `epoch` and the offset where the next begins (`log_end` for the
  /// last one); nothing where `epoch` is newer than all or older than all.
  struct End {
    LeaderEpoch epoch;
    Offset end_offset;
  };
  std::optional<End> end_of(LeaderEpoch epoch, Offset log_end) const;

  const std::vector<EpochStart>& entries() const { return entries_; }

 private:
  std::vector<EpochStart> entries_;
};

}  // namespace millrace::storage
