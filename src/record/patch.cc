#include "record/patch.h"

#include "base/assert.h"
#include "base/crc32c.h"

namespace millrace::record {

void patch_base_offset(std::span<std::byte> batch, Offset base_offset) {
  MILL_ASSERT(batch.size() >= HeaderLayout::kMagic, "not the front of a batch");
  store_be<int64_t>(batch.data() + HeaderLayout::kBaseOffset, base_offset.value());
}

void patch_leader_epoch(std::span<std::byte> batch, LeaderEpoch leader_epoch) {
  MILL_ASSERT(batch.size() >= HeaderLayout::kMagic, "not the front of a batch");
  store_be<int32_t>(batch.data() + HeaderLayout::kLeaderEpoch, leader_epoch.value());
}

void patch_max_timestamp(std::span<std::byte> batch, TimestampType type, int64_t max_timestamp) {
  MILL_ASSERT(batch.size() >= kBatchHeaderSize, "not a batch header");
  std::byte* attributes_at = batch.data() + HeaderLayout::kAttributes;
  std::byte* timestamp_at = batch.data() + HeaderLayout::kMaxTimestamp;
  const auto before = load_be<int16_t>(attributes_at);
  int after = before & ~AttributeBits::kLogAppendTime;
  if (type == TimestampType::log_append_time) after |= AttributeBits::kLogAppendTime;
  if (after == before && load_be<int64_t>(timestamp_at) == max_timestamp) return;
  store_be<int16_t>(attributes_at, static_cast<int16_t>(after));
  store_be<int64_t>(timestamp_at, max_timestamp);
  patch_crc(batch);
}

void patch_crc(std::span<std::byte> batch) {
  MILL_ASSERT(batch.size() >= kBatchHeaderSize, "not a batch header");
  const uint32_t crc = crc32c(ByteView(batch).subspan(HeaderLayout::kAttributes));
  store_be<uint32_t>(batch.data() + HeaderLayout::kCrc, crc);
}

}  // namespace millrace::record
