#include "record/batch_builder.h"

#include <algorithm>

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

void write_nullable(ByteWriter& out, const std::optional<ByteView>& bytes) {
  if (!bytes) {
    out.varint(-1);
    return;
  }
  out.varint(static_cast<int64_t>(bytes->size()));
  out.bytes(*bytes);
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

BatchBuilder::BatchBuilder(BatchOptions options) : options_(options) {}

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
  records_.varint(static_cast<int64_t>(size));
  records_.write<int8_t>(0);
  records_.varint(timestamp_delta);
  records_.varint(delta);
  write_nullable(records_, record.key);
  write_nullable(records_, record.value);
  records_.varint(header_count);
  for (const HeaderView& header : record.headers) {
    write_nullable(records_, as_bytes(header.key));
    write_nullable(records_, header.value);
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
  Bytes packed;
  ByteView payload = records_.view();
  if (options_.compression.codec != Codec::none) {
    auto compressed = compress(options_.compression, payload);
    if (!compressed) return std::move(compressed).error();
    packed = *std::move(compressed);
    payload = packed;
  }
  const size_t size = kBatchHeaderSize + payload.size();
  if (size - kBatchPrefixSize > INT32_MAX) {
    return kafka_error(ErrorCode::message_too_large, cat("a batch of ", size, " bytes"));
  }
  ByteWriter out(size);
  out.write<int64_t>(options_.base_offset.value());
  out.write<int32_t>(static_cast<int32_t>(size - kBatchPrefixSize));
  out.write<int32_t>(options_.leader_epoch.value());
  out.write<int8_t>(kMagic);
  out.write<uint32_t>(0);  // CRC, below.
  const int horizon_bit = delete_horizon_ ? AttributeBits::kDeleteHorizon : 0;
  out.write<int16_t>(static_cast<int16_t>(attributes_of(options_) | horizon_bit));
  out.write<int32_t>(last_offset_delta_);
  out.write<int64_t>(base_timestamp_);
  out.write<int64_t>(max_timestamp_);
  out.write<int64_t>(options_.producer_id.value());
  out.write<int16_t>(options_.producer_epoch);
  out.write<int32_t>(options_.base_sequence);
  out.write<int32_t>(count_);
  out.bytes(payload);
  Bytes batch = out.take();
  patch_crc(batch);
  *this = BatchBuilder(options_);
  return batch;
}

}  // namespace millrace::record
