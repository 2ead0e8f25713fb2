#include "record/batch_view.h"

#include "base/crc32c.h"
#include "base/text.h"

namespace millrace::record {

Result<BatchHeader> BatchHeader::parse(ByteView bytes) {
  // The length is judged before the rest: it decides what a truncated batch is short of.
  if (bytes.size() < kBatchHeaderSize) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat("batch header cut short: ", bytes.size(), " of 61 bytes"));
  }
  constexpr auto kLengthMin = static_cast<int32_t>(kBatchHeaderSize - kBatchPrefixSize);
  const auto length = load_be<int32_t>(bytes.data() + HeaderLayout::kLength);
  if (length < kLengthMin) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat("batch length ", length, " is below the header's ", kLengthMin));
  }
  const auto magic = load_be<int8_t>(bytes.data() + HeaderLayout::kMagic);
  if (magic != kMagic) {
    return kafka_error(ErrorCode::corrupt_message,
                       cat("batch magic ", static_cast<int>(magic), ", expected 2"));
  }
  return BatchHeader(bytes.data());
}

Offset BatchHeader::offset_at(int64_t delta) const {
  int64_t offset = 0;
  const bool leaves = __builtin_add_overflow(base_offset().value(), delta, &offset);
  return Offset(leaves ? INT64_MAX : offset);
}

std::optional<Codec> BatchHeader::codec() const {
  const int number = attributes() & AttributeBits::kCodecMask;
  if (number > static_cast<int>(Codec::zstd)) return std::nullopt;
  return static_cast<Codec>(number);
}

std::optional<int64_t> BatchHeader::delete_horizon_ms() const {
  if (!has_bit(AttributeBits::kDeleteHorizon)) return std::nullopt;
  return base_timestamp();
}

int32_t BatchHeader::last_sequence() const {
  if (base_sequence() < 0) return -1;
  return advance_sequence(base_sequence(), last_offset_delta());
}

Result<BatchView> BatchView::parse(ByteView bytes) {
  auto header = BatchHeader::parse(bytes);
  if (!header) return std::move(header).error();
  if (header->size() > bytes.size()) {
    return kafka_error(ErrorCode::corrupt_message, cat("batch cut short: ", bytes.size(), " of ",
                                                       header->size(), " bytes are there"));
  }
  return BatchView(*header);
}

uint32_t BatchView::computed_crc() const {
  return crc32c(bytes().subspan(HeaderLayout::kAttributes));
}

Result<void> BatchView::check_crc() const {
  const uint32_t computed = computed_crc();
  if (computed == crc()) return {};
  return kafka_error(ErrorCode::corrupt_message,
                     cat("batch CRC is ", crc(), ", its bytes give ", computed));
}

int32_t advance_sequence(int32_t base, int32_t count) {
  constexpr int64_t kSequences = int64_t{1} << 31;
  return static_cast<int32_t>((int64_t{base} + count) % kSequences);
}

}  // namespace millrace::record
