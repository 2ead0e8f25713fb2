#include "storage/batch_stream.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {

int64_t BatchStream::take_bytes_read() { return std::exchange(bytes_read_, 0); }

/// Makes `wanted` bytes from next_ on available, reading as many as the buffer takes.
Result<void> BatchStream::fill(int64_t wanted) {
  if (next_ >= buffer_at_ && next_ + wanted <= buffer_at_ + buffer_size_) return {};
  if (static_cast<int64_t>(buffer_.size()) < wanted) buffer_.resize(static_cast<size_t>(wanted));
  const auto size = std::min(static_cast<int64_t>(buffer_.size()), limit_ - next_);
  MILL_TRY(const size_t count,
           file_.read_at(Position(next_), std::span(buffer_).first(static_cast<size_t>(size))));
  buffer_at_ = next_;
  buffer_size_ = static_cast<int64_t>(count);
  bytes_read_ += buffer_size_;
  if (buffer_size_ >= wanted) return {};
  return kafka_error(ErrorCode::corrupt_message,
                     cat(file_.path(), " at ", next_, ": the file ends inside a batch"));
}

Result<bool> BatchStream::next() {
  constexpr auto kHeaderSize = static_cast<int64_t>(record::kBatchHeaderSize);
  if (next_ >= limit_) return false;
  const auto corrupt = [&](std::string_view finding) {
    return kafka_error(ErrorCode::corrupt_message, cat(file_.path(), " at ", next_, ": ", finding));
  };
  if (limit_ - next_ < kHeaderSize) return corrupt("too few bytes for a batch");
  MILL_CHECK(fill(kHeaderSize));
  const auto rest = [&] {
    return ByteView(buffer_)
        .first(static_cast<size_t>(buffer_size_))
        .subspan(static_cast<size_t>(next_ - buffer_at_));
  };
  const auto header = record::BatchHeader::parse(rest());
  if (!header) return corrupt(header.error().message());
  const auto size = static_cast<int64_t>(header->size());
  if (size > limit_ - next_) return corrupt(cat("a batch of ", size, " bytes does not fit"));
  MILL_CHECK(fill(size));
  MILL_TRY(batch_, record::BatchView::parse(rest()));
  if (auto checked = batch_->check_crc(); !checked) return corrupt(checked.error().message());
  if (batch_->last_offset_delta() < 0) return corrupt("a batch ends before it begins");
  next_ += size;
  return true;
}

}  // namespace millrace::storage
