// Reads the batches of a segment one after the other, whole and checked.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/strong.h"
#include "io/file_system.h"
#include "millrace/result.h"
#include "record/batch_view.h"

namespace millrace::storage {

/// Reads a buffer at a time. Used by one thread.
class BatchStream {
 public:
  /// The batches from `from` on that end by `limit`. `buffer` is lent until the stream ends; it
  /// grows to the largest batch.
  BatchStream(const io::File& file, Position from, int64_t limit, Bytes& buffer)
      : file_(file), next_(from.value()), limit_(limit), buffer_(buffer) {}

  /// True with the next batch in batch(); false at the limit. corrupt_message, naming file and
  /// position, for a wrong checksum and where no batch fits.
  Result<bool> next();

  /// Valid until the next call.
  const record::BatchView& batch() const { return *batch_; }
  bool is_last() const { return next_ >= limit_; }
  /// Bytes read from the file since the last call.
  int64_t take_bytes_read();

 private:
  Result<void> fill(int64_t wanted);

  const io::File& file_;
  int64_t next_;
  const int64_t limit_;
  Bytes& buffer_;
  int64_t buffer_at_ = 0;
  int64_t buffer_size_ = 0;
  int64_t bytes_read_ = 0;
  std::optional<record::BatchView> batch_;
};

}  // namespace millrace::storage
