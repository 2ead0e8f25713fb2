#include "record/record_reader.h"

#include <algorithm>

#include "base/text.h"
#include "record/varint.h"

namespace millrace::record {

namespace {

constexpr size_t kLengthFieldMax = 5;

/// Walks a record's headers; false where a length is negative or leaves the record.
bool skip_headers(Cursor& cursor, int32_t count) {
  for (int32_t i = 0; i < count && !cursor.failed; ++i) {
    cursor.take(cursor.varint32());
    const int32_t value_size = cursor.varint32();
    if (value_size >= 0) cursor.take(value_size);
  }
  return !cursor.failed;
}

}  // namespace

RecordReader::RecordReader(const BatchView& batch, ReadLimits limits)
    : header_(batch),
      limits_(limits),
      base_offset_(batch.base_offset().value()),
      base_timestamp_(batch.base_timestamp()),
      count_(batch.record_count()) {
  if (batch.timestamp_type() == TimestampType::log_append_time) {
    append_time_ = batch.max_timestamp();
  }
  const auto codec = batch.codec();
  if (!codec) {
    fail(kafka_error(
        ErrorCode::unsupported_compression_type,
        cat("unknown compression type ", batch.attributes() & AttributeBits::kCodecMask)));
    return;
  }
  if (count_ < 0) {
    malformed("negative record count");
    return;
  }
  if (*codec == Codec::none) {
    cursor_ = batch.payload().data();
    end_ = cursor_ + batch.payload().size();
    return;
  }
  // A batch that compaction emptied keeps its codec but has no compressed stream.
  if (count_ == 0 && batch.payload().empty()) return;
  stream_ = DecompressorLease(*codec);
  stream_->start(batch.payload(), limits_.decompressed_size_max);
  window_ = BufferLease::take();
  cursor_ = end_ = window_.data();
  stream_ended_ = false;
}

RecordReader::~RecordReader() = default;

bool RecordReader::next(RecordView& record) {
  if (done_) return false;
  if (read_count_ == count_) {
    finish();
    return false;
  }
  if (static_cast<size_t>(end_ - cursor_) < kLengthFieldMax) fill(kLengthFieldMax);
  if (error_) return false;
  Cursor cursor{cursor_, end_};
  const int32_t length = cursor.varint32();
  if (cursor.failed) return malformed("premature end of the records");
  if (length < 0) return malformed("negative record length");
  const auto prefix = static_cast<size_t>(cursor.at - cursor_);
  const size_t size = prefix + static_cast<size_t>(length);
  if (static_cast<size_t>(end_ - cursor_) < size && !fill(size)) {
    return error_ ? false : malformed("a record's length exceeds the rest of the batch");
  }
  if (!parse(cursor_ + prefix, cursor_ + size, record)) return false;
  record.encoded_size = size;
  cursor_ += size;
  uncompressed_size_ += size;
  ++read_count_;
  return true;
}

bool RecordReader::parse(const std::byte* at, const std::byte* end, RecordView& record) {
  Cursor cursor{at, end};
  cursor.take(1);  // Attributes of the record; no bit is defined.
  const int64_t timestamp_delta = cursor.varint64();
  record.offset_delta = cursor.varint32();
  const int32_t key_size = cursor.varint32();
  if (key_size >= 0) {
    record.key = cursor.take(key_size);
  } else {
    record.key.reset();
  }
  const int32_t value_size = cursor.varint32();
  if (value_size >= 0) {
    record.value = cursor.take(value_size);
  } else {
    record.value.reset();
  }
  const int32_t header_count = cursor.varint32();
  if (cursor.failed) return malformed("a field leaves its record");
  if (header_count < 0) return malformed("negative number of record headers");
  // Each header takes two bytes at least, so this bounds the loop by what is really there.
  if (static_cast<size_t>(header_count) > cursor.remaining()) {
    return malformed("more record headers than bytes");
  }
  const std::byte* headers = cursor.at;
  if (header_count > 0 && !skip_headers(cursor, header_count)) {
    return malformed("a record header leaves its record");
  }
  if (cursor.at != end) return malformed("bytes left at the end of a record");
  record.headers = HeaderRange({headers, end}, header_count);
  // Deltas are untrusted: unsigned arithmetic wraps where signed would be undefined.
  record.timestamp = append_time_ ? *append_time_
                                  : static_cast<int64_t>(static_cast<uint64_t>(base_timestamp_) +
                                                         static_cast<uint64_t>(timestamp_delta));
  record.offset = Offset(static_cast<int64_t>(static_cast<uint64_t>(base_offset_) +
                                              static_cast<uint64_t>(int64_t{record.offset_delta})));
  return true;
}

bool RecordReader::fill(size_t wanted) {
  while (static_cast<size_t>(end_ - cursor_) < wanted) {
    if (stream_ended_) return false;
    if (!grow_window(wanted)) return false;
    const auto held = static_cast<size_t>(end_ - window_.data());
    const size_t room =
        std::min(window_.size() - held, limits_.decompressed_size_max - produced_ + 1);
    auto got = stream_->read({window_.data() + held, room});
    if (!got) return fail(std::move(got).error().with_context("records"));
    stream_ended_ = *got < room;
    produced_ += *got;
    end_ += *got;
    if (produced_ > limits_.decompressed_size_max) {
      return fail(kafka_error(
          ErrorCode::message_too_large,
          cat("records: more than ", limits_.decompressed_size_max, " bytes when decompressed")));
    }
  }
  return true;
}

/// Moves what is unread to the window's front and, only when that fills it, doubles the window: so
/// it grows with what was really unfolded, never to what a length claims.
bool RecordReader::grow_window(size_t wanted) {
  const auto unread = static_cast<size_t>(end_ - cursor_);
  if (wanted > limits_.decompressed_size_max) {
    return fail(kafka_error(ErrorCode::message_too_large,
                            cat("records: a record of ", wanted, " bytes, the limit being ",
                                limits_.decompressed_size_max)));
  }
  if (cursor_ != window_.data() && unread > 0) std::memmove(window_.data(), cursor_, unread);
  if (unread == window_.size()) {
    window_.grow(std::min(std::max(wanted, size_t{1}), window_.size() * 2), unread);
  }
  cursor_ = window_.data();
  end_ = cursor_ + unread;
  return true;
}

void RecordReader::finish() {
  done_ = true;
  if (fill(1)) malformed("bytes left behind the last record");
}

bool RecordReader::fail(Error error) {
  done_ = true;
  if (!error_) error_ = std::move(error);
  return false;
}

bool RecordReader::malformed(std::string_view what) {
  return fail(kafka_error(ErrorCode::invalid_record,
                          cat("record ", read_count_, " of ", count_, ": ", what)));
}

Result<void> RecordReader::status() const {
  if (error_) return *error_;
  return {};
}

}  // namespace millrace::record
