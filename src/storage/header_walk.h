// Steps from batch to batch through a segment by reading headers only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "record/batch_view.h"

namespace millrace::storage {

/// Where a batch is and what its header says.
struct BatchPlace {
  Position at;
  int64_t size = 0;
  Offset base_offset;
  Offset last_offset;
  /// Of its records; -1 where compaction left none.
  int64_t max_timestamp = -1;
};

/// Reads a few KiB at a time, which holds many small batches or the header of a large one. CRCs are
/// not checked. Used by one thread.
class HeaderWalk {
 public:
  /// Walks the batches of `file` that start at `from` or later and end by `limit`.
  HeaderWalk(const io::File& file, Position from, int64_t limit)
      : file_(file), next_(from.value()), limit_(limit) {}

  /// True with the next batch in place() and header(); false at the limit. corrupt_message, naming
  /// file and position, where no batch fits.
  Result<bool> next();

  const BatchPlace& place() const { return place_; }
  /// Valid until the next call.
  const record::BatchHeader& header() const { return *header_; }
  /// Where the next batch starts.
  Position position() const { return Position(next_); }

 private:
  const io::File& file_;
  int64_t next_;
  const int64_t limit_;
  std::array<std::byte, 4096> buffer_;
  int64_t buffer_at_ = 0;
  int64_t buffer_size_ = 0;
  BatchPlace place_;
  std::optional<record::BatchHeader> header_;
};

}  // namespace millrace::storage
