#include "record/batch_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "record/compression.h"
#include "record/patch.h"

namespace millrace::record {

namespace {

size_t nullable_size(const std::optional<ByteView>& bytes) {
  if (!bytes) return varint_size(-1);
  return varint_size(static_cast<int64_t>(bytes->size())) + bytes->size();
}

int64_t nullable_length(const std::optional<ByteView>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

/// Short fields, put together so that they are appended at once.
class Fields {
 public:
  void byte(int8_t value) { bytes_[size_++] = static_cast<std::byte>(value); }
  void varint(int64_t value) {
    uint64_t rest = zigzag(value);
    for (; rest >= 0x80; rest >>= 7) bytes_[size_++] = static_cast<std::byte>(rest | 0x80);
    bytes_[size_++] = static_cast<std::byte>(rest);
  }
  ByteView view() const { return ByteView(bytes_).first(size_); }

 private:
  static constexpr size_t kVarintSizeMax = 10;

  std::array<std::byte, 4 * kVarintSizeMax + 1> bytes_;
  size_t size_ = 0;
};

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_varint(Bytes& out, int64_t value) {
  Fields field;
  field.varint(value);
  append(out, field.view());
}

void append_nullable(Bytes& out, const std::optional<ByteView>& bytes) {
  append_varint(out, nullable_length(bytes));
  if (bytes) append(out, *bytes);
}

int16_t attributes_of(const BatchOptions& options) {
  auto bits = static_cast<int>(options.compression.codec);
  if (options.timestamp_type == TimestampType::log_append_time) {
    bits |= AttributeBits::kLogAppendTime;
  }
  if (options.is_transactional) bits |= AttributeBits::kTransactional;
  if (options.is_control) bits |= AttributeBits::kControl;
  return static_cast<int16_t>(bits);
}

}  // namespace

BatchBuilder::BatchBuilder(BatchOptions options, Bytes memory)
    : options_(options), batch_(std::move(memory)) {
  clear();
}

void BatchBuilder::clear() {
  static constexpr std::array<std::byte, kBatchHeaderSize> kNoHeader{};
  batch_.assign(kNoHeader.begin(), kNoHeader.end());
  count_ = 0;
  last_offset_delta_ = -1;
  base_timestamp_ = kNoTimestamp;
  max_timestamp_ = kNoTimestamp;
  delete_horizon_.reset();
}

void BatchBuilder::add(const RecordFields& record) {
  if (count_ == 0) base_timestamp_ = delete_horizon_.value_or(record.timestamp);
  const int32_t delta = record.offset_delta.value_or(last_offset_delta_ + 1);
  MILL_ASSERT(delta > last_offset_delta_, "offset deltas must rise");
  const auto timestamp_delta = static_cast<int64_t>(static_cast<uint64_t>(record.timestamp) -
                                                    static_cast<uint64_t>(base_timestamp_));
  const auto header_count = static_cast<int64_t>(record.headers.size());
  size_t size = 1 + varint_size(timestamp_delta) + varint_size(delta) + nullable_size(record.key) +
                nullable_size(record.value) + varint_size(header_count);
  for (const HeaderView& header : record.headers) {
    size += nullable_size(as_bytes(header.key)) + nullable_size(header.value);
  }
  Fields front;
  front.varint(static_cast<int64_t>(size));
  front.byte(0);
  front.varint(timestamp_delta);
  front.varint(delta);
  front.varint(nullable_length(record.key));
  append(batch_, front.view());
  if (record.key) append(batch_, *record.key);
  append_nullable(batch_, record.value);
  append_varint(batch_, header_count);
  for (const HeaderView& header : record.headers) {
    append_nullable(batch_, as_bytes(header.key));
    append_nullable(batch_, header.value);
  }
  last_offset_delta_ = delta;
  max_timestamp_ = std::max(max_timestamp_, record.timestamp);
  ++count_;
}

void BatchBuilder::add_text(int64_t timestamp, std::optional<std::string_view> key,
                            std::optional<std::string_view> value) {
  RecordFields record = {.timestamp = timestamp};
  if (key) record.key = as_bytes(*key);
  if (value) record.value = as_bytes(*value);
  add(record);
}

Result<Bytes> BatchBuilder::build() {
  auto batch = build_without_crc();
  if (batch) patch_crc(*batch);
  return batch;
}

Result<Bytes> BatchBuilder::build_without_crc() {
  Bytes batch;
  if (options_.compression.codec == Codec::none) {
    batch = std::move(batch_);
  } else {
    auto packed = compress(options_.compression, ByteView(batch_).subspan(kBatchHeaderSize));
    if (!packed) return std::move(packed).error();
    batch.reserve(kBatchHeaderSize + packed->size());
    batch.resize(kBatchHeaderSize);
    batch.insert(batch.end(), packed->begin(), packed->end());
  }
  if (batch.size() - kBatchPrefixSize > INT32_MAX) {
    return kafka_error(ErrorCode::message_too_large, cat("a batch of ", batch.size(), " bytes"));
  }
  write_header(batch);
  clear();
  return batch;
}

void BatchBuilder::write_header(std::span<std::byte> batch) const {
  using Layout = HeaderLayout;
  std::byte* const at = batch.data();
  const int horizon_bit = delete_horizon_ ? AttributeBits::kDeleteHorizon : 0;
  const auto length = static_cast<int32_t>(batch.size() - kBatchPrefixSize);
  store_be<int64_t>(at + Layout::kBaseOffset, options_.base_offset.value());
  store_be<int32_t>(at + Layout::kLength, length);
  store_be<int32_t>(at + Layout::kLeaderEpoch, options_.leader_epoch.value());
  store_be<int8_t>(at + Layout::kMagic, kMagic);
  store_be<int16_t>(at + Layout::kAttributes,
                    static_cast<int16_t>(attributes_of(options_) | horizon_bit));
  store_be<int32_t>(at + Layout::kLastOffsetDelta, last_offset_delta_);
  store_be<int64_t>(at + Layout::kBaseTimestamp, base_timestamp_);
  store_be<int64_t>(at + Layout::kMaxTimestamp, max_timestamp_);
  store_be<int64_t>(at + Layout::kProducerId, options_.producer_id.value());
  store_be<int16_t>(at + Layout::kProducerEpoch, options_.producer_epoch);
  store_be<int32_t>(at + Layout::kBaseSequence, options_.base_sequence);
  store_be<int32_t>(at + Layout::kRecordCount, count_);
}

}  // namespace millrace::record
