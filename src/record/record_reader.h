// The records of a batch one after the other, decompressed as a stream.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "record/batch_view.h"
#include "record/decompressor.h"
#include "record/record_view.h"

namespace millrace::record {

/// How much a batch may unfold to before it is refused (Kafka itself has no such limit).
inline constexpr size_t kDecompressedSizeMax = 256U << 20;

struct ReadLimits {
  size_t decompressed_size_max = kDecompressedSizeMax;
};

/// Reads each record of `batch` in order. Uncompressed records are views into the batch; of a
/// compressed batch only a window is held, as large as its largest record, taken from a pool of the
/// thread. Nothing is allocated per record and nothing by what a length field claims. Used by one
/// thread.
class RecordReader {
 public:
  /// `batch`'s bytes must outlive the reader.
  explicit RecordReader(const BatchView& batch, ReadLimits limits = {});
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// True with the next record in `record`, false when there is none: at the end or at the first
  /// error.
  bool next(RecordView& record);

  /// After `next` answered false: success when as many records were read as the header counts and
  /// no byte is left; otherwise `invalid_record`, `unsupported_compression_type`, or
  /// `message_too_large` for the limit.
  Result<void> status() const;

  int32_t records_read() const { return read_count_; }
  /// Bytes of records so far, decompressed.
  size_t uncompressed_size() const { return uncompressed_size_; }

 private:
  bool fail(Error error);
  bool malformed(std::string_view what);
  bool parse(const std::byte* at, const std::byte* end, RecordView& record);
  /// Makes at least `wanted` bytes available from cursor_ unless the stream ends before.
  bool fill(size_t wanted);
  bool grow_window(size_t wanted);
  void finish();

  BatchHeader header_;
  ReadLimits limits_;
  int64_t base_offset_;
  int64_t base_timestamp_;
  std::optional<int64_t> append_time_;
  int32_t count_;
  int32_t read_count_ = 0;
  bool done_ = false;
  const std::byte* cursor_ = nullptr;
  const std::byte* end_ = nullptr;
  size_t uncompressed_size_ = 0;
  // Only for compressed batches.
  DecompressorLease stream_;
  BufferLease window_;
  size_t produced_ = 0;
  bool stream_ended_ = true;
  std::optional<Error> error_;
};

/// Calls `fn(const RecordView&)` for each record; `fn` may answer bool, false then stops early with
/// success. Errors as RecordReader::status.
template <class Fn>
Result<void> for_each_record(const BatchView& batch, Fn&& fn, ReadLimits limits = {}) {
  RecordReader reader(batch, limits);
  RecordView record;
  while (reader.next(record)) {
    if constexpr (std::is_same_v<std::invoke_result_t<Fn&, const RecordView&>, bool>) {
      if (!fn(record)) return {};
    } else {
      fn(record);
    }
  }
  return reader.status();
}

}  // namespace millrace::record
