#include "storage/header_walk.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"

namespace millrace::storage {

Result<bool> HeaderWalk::next() {
  constexpr auto kHeaderSize = static_cast<int64_t>(record::kBatchHeaderSize);
  if (next_ >= limit_) return false;
  const auto corrupt = [&](std::string_view finding) {
    return kafka_error(ErrorCode::corrupt_message, cat(file_.path(), " at ", next_, ": ", finding));
  };
  if (limit_ - next_ < kHeaderSize) return corrupt("too few bytes for a batch");
  if (next_ < buffer_at_ || next_ + kHeaderSize > buffer_at_ + buffer_size_) {
    const auto wanted = std::min(static_cast<int64_t>(buffer_.size()), limit_ - next_);
    MILL_TRY(const size_t count,
             file_.read_at(Position(next_), std::span(buffer_).first(static_cast<size_t>(wanted))));
    buffer_at_ = next_;
    buffer_size_ = static_cast<int64_t>(count);
    if (buffer_size_ < kHeaderSize) return corrupt("the file ends inside a batch header");
  }
  const auto rest = ByteView(buffer_).first(static_cast<size_t>(buffer_size_));
  auto header = record::BatchHeader::parse(rest.subspan(static_cast<size_t>(next_ - buffer_at_)));
  if (!header) return corrupt(header.error().message());
  const auto size = static_cast<int64_t>(header->size());
  if (size > limit_ - next_) return corrupt(cat("a batch of ", size, " bytes does not fit"));
  if (header->last_offset_delta() < 0 ||
      (place_.size > 0 && header->base_offset() <= place_.last_offset)) {
    return corrupt(cat("offset ", header->base_offset(), " does not ascend"));
  }
  header_.emplace(*header);
  place_ = {.at = Position(next_),
            .size = size,
            .base_offset = header->base_offset(),
            .last_offset = header->last_offset(),
            .max_timestamp =
                header->record_count() == 0 ? record::kNoTimestamp : header->max_timestamp()};
  next_ += size;
  return true;
}

}  // namespace millrace::storage
