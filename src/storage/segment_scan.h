// Reads a segment batch by batch with checksums, and looks for whole batches behind damage.
#pragma once

#include <cstdint>
#include <optional>

#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"

namespace millrace::storage {

/// Which batches belong in a segment.
struct ScanBounds {
  /// The segment's base offset: no batch begins below.
  Offset base;
  /// Where the next segment begins, or the largest offset there is: every batch ends below.
  Offset next_base;
};

/// What stands at the front of a file, and behind the first damage.
struct SegmentScan {
  /// The file is good up to here; its size where all of it is.
  int64_t valid_size = 0;
  /// The offset after the last good batch in front, or the base.
  Offset end_offset;
  struct Survivor {
    Position at;
    Offset base_offset;
  };
  /// The first good batch behind the damage, if any.
  std::optional<Survivor> survivor;
};

/// Checks every batch of `file`, `size` bytes long: header, checksum, rising offsets within
/// `bounds`. At the first one that fails it looks at every later position for a batch that does
/// not. Errors are those of reading.
Result<SegmentScan> scan_segment(const io::File& file, int64_t size, const ScanBounds& bounds);

}  // namespace millrace::storage
