// One record batch of Kafka's format 2: its header by name, and the whole batch.
//
// Layout, big-endian (docs/formats/record_batch.md): base offset i64, length i32 (of what follows
// it), partition leader epoch i32, magic i8, CRC-32C u32 (of everything behind it), attributes i16,
// last offset delta i32, base timestamp i64, max timestamp i64, producer id i64, producer epoch
// i16, base sequence i32, record count i32, records.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/strong.h"
#include "millrace/result.h"
#include "record/codec.h"

namespace millrace::record {

/// Where each header field starts, from the first byte of the batch.
struct HeaderLayout {
  static constexpr size_t kBaseOffset = 0;
  static constexpr size_t kLength = 8;
  static constexpr size_t kLeaderEpoch = 12;
  static constexpr size_t kMagic = 16;
  static constexpr size_t kCrc = 17;
  static constexpr size_t kAttributes = 21;
  static constexpr size_t kLastOffsetDelta = 23;
  static constexpr size_t kBaseTimestamp = 27;
  static constexpr size_t kMaxTimestamp = 35;
  static constexpr size_t kProducerId = 43;
  static constexpr size_t kProducerEpoch = 51;
  static constexpr size_t kBaseSequence = 53;
  static constexpr size_t kRecordCount = 57;
  static constexpr size_t kSize = 61;
  /// Base offset and length: what `length` does not count, and what says how long a batch is.
  static constexpr size_t kPrefixSize = 12;
};

inline constexpr int8_t kMagic = 2;
inline constexpr size_t kBatchHeaderSize = HeaderLayout::kSize;
inline constexpr size_t kBatchPrefixSize = HeaderLayout::kPrefixSize;
/// A timestamp that nobody set.
inline constexpr int64_t kNoTimestamp = -1;

enum class TimestampType : uint8_t { create_time = 0, log_append_time = 1 };

/// Bits of the attributes field.
struct AttributeBits {
  static constexpr int16_t kCodecMask = 0x07;
  static constexpr int16_t kLogAppendTime = 0x08;
  static constexpr int16_t kTransactional = 0x10;
  static constexpr int16_t kControl = 0x20;
  static constexpr int16_t kDeleteHorizon = 0x40;
};

/// A view of the 61 header bytes; the bytes must outlive it. `parse` is the only way in from
/// untrusted bytes: it has checked magic and that the length is not below the header's. CRC and
/// records are not looked at, so that a segment can be walked by reading headers alone.
class BatchHeader {
 public:
  /// `corrupt_message` when fewer than 61 bytes are there, the length field is impossible or magic
  /// is not 2.
  static Result<BatchHeader> parse(ByteView bytes);

  Offset base_offset() const { return Offset(get<int64_t>(HeaderLayout::kBaseOffset)); }
  /// Offset of the last record the batch had when it was written (compaction keeps it).
  /// Bytes may claim anything: an offset that leaves 64 bits answers the largest there is.
  Offset last_offset() const { return offset_at(last_offset_delta()); }
  Offset next_offset() const { return offset_at(int64_t{last_offset_delta()} + 1); }
  int32_t last_offset_delta() const { return get<int32_t>(HeaderLayout::kLastOffsetDelta); }
  /// Bytes of the whole batch, the header's 61 included; at most 2^31 + 11.
  size_t size() const { return kBatchPrefixSize + get<uint32_t>(HeaderLayout::kLength); }
  LeaderEpoch leader_epoch() const { return LeaderEpoch(get<int32_t>(HeaderLayout::kLeaderEpoch)); }
  uint32_t crc() const { return get<uint32_t>(HeaderLayout::kCrc); }

  int16_t attributes() const { return get<int16_t>(HeaderLayout::kAttributes); }
  /// Nothing for the codec numbers 5 to 7, which nobody has defined.
  std::optional<Codec> codec() const;
  bool is_compressed() const { return (attributes() & AttributeBits::kCodecMask) != 0; }
  TimestampType timestamp_type() const {
    return has_bit(AttributeBits::kLogAppendTime) ? TimestampType::log_append_time
                                                  : TimestampType::create_time;
  }
  bool is_transactional() const { return has_bit(AttributeBits::kTransactional); }
  bool is_control() const { return has_bit(AttributeBits::kControl); }
  /// When compaction may drop this batch's tombstones; set by compaction in place of the base
  /// timestamp.
  std::optional<int64_t> delete_horizon_ms() const;

  int64_t base_timestamp() const { return get<int64_t>(HeaderLayout::kBaseTimestamp); }
  int64_t max_timestamp() const { return get<int64_t>(HeaderLayout::kMaxTimestamp); }

  ProducerId producer_id() const { return ProducerId(get<int64_t>(HeaderLayout::kProducerId)); }
  bool has_producer_id() const { return producer_id() > kNoProducerId; }
  int16_t producer_epoch() const { return get<int16_t>(HeaderLayout::kProducerEpoch); }
  int32_t base_sequence() const { return get<int32_t>(HeaderLayout::kBaseSequence); }
  /// The sequence of the last record, with the wrap from 2^31 - 1 to 0; -1 without a sequence.
  int32_t last_sequence() const;
  /// As the header says; only validation compares it with the records.
  int32_t record_count() const { return get<int32_t>(HeaderLayout::kRecordCount); }

 protected:
  explicit BatchHeader(const std::byte* start) : start_(start) {}
  const std::byte* start() const { return start_; }

 private:
  template <class T>
  T get(size_t at) const {
    return load_be<T>(start_ + at);
  }
  Offset offset_at(int64_t delta) const;
  bool has_bit(int16_t bit) const { return (attributes() & bit) != 0; }

  const std::byte* start_;
};

/// A view of one whole batch; the bytes must outlive it.
class BatchView : public BatchHeader {
 public:
  /// The batch at the front of `bytes`, which may hold more behind it. `corrupt_message` as for
  /// BatchHeader, or when the batch is cut short. The CRC is not checked here.
  static Result<BatchView> parse(ByteView bytes);

  /// All of the batch, header included.
  ByteView bytes() const { return {start(), size()}; }
  /// Everything behind the header, still compressed.
  ByteView payload() const { return bytes().subspan(kBatchHeaderSize); }

  uint32_t computed_crc() const;
  bool crc_matches() const { return computed_crc() == crc(); }
  /// `corrupt_message` with both values where the CRC does not match.
  Result<void> check_crc() const;

 private:
  explicit BatchView(const BatchHeader& header) : BatchHeader(header) {}
};

/// Sequence `base` advanced by `count` records, wrapping from 2^31 - 1 to 0 as Kafka's do.
int32_t advance_sequence(int32_t base, int32_t count);

}  // namespace millrace::record
