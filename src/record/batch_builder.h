// Makes record batches.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "record/batch_view.h"
#include "record/codec.h"
#include "record/record_view.h"

namespace millrace::record {

/// What a batch says about itself; the defaults are a plain client's.
struct BatchOptions {
  Compression compression = {};
  TimestampType timestamp_type = TimestampType::create_time;
  bool is_transactional = false;
  bool is_control = false;
  ProducerId producer_id = kNoProducerId;
  int16_t producer_epoch = -1;
  int32_t base_sequence = -1;
  Offset base_offset = Offset(0);
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

/// A record to add; views need to live only until `add` returns.
struct RecordFields {
  int64_t timestamp = kNoTimestamp;
  std::optional<ByteView> key = std::nullopt;
  std::optional<ByteView> value = std::nullopt;
  std::span<const HeaderView> headers = {};
  /// Only for batches with gaps, as compaction leaves them; must rise. Usually the next number.
  std::optional<int32_t> offset_delta = std::nullopt;
};

/// Collects records, then builds one batch. Owned by one thread; may be reused after `build`.
class BatchBuilder {
 public:
  /// `memory` is used for the records as far as it goes; what it holds is forgotten.
  explicit BatchBuilder(BatchOptions options = {}, Bytes memory = {});

  /// Encodes and keeps the record. The first one's timestamp becomes the base timestamp.
  void add(const RecordFields& record);

  /// Same with text, which is what tests and tools mostly have.
  void add_text(int64_t timestamp, std::optional<std::string_view> key,
                std::optional<std::string_view> value);

  int32_t record_count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// Bytes the batch would have uncompressed.
  size_t uncompressed_size() const { return batch_.size(); }

  /// Last offset delta to write in place of the last record's (compaction keeps the original's).
  void set_last_offset_delta(int32_t delta) { last_offset_delta_ = delta; }
  /// Max timestamp to write in place of the largest seen (LogAppendTime).
  void set_max_timestamp(int64_t timestamp) { max_timestamp_ = timestamp; }
  /// When compaction may drop this batch's tombstones; takes the base timestamp's place. Before the
  /// first record.
  void set_delete_horizon(int64_t horizon_ms) { delete_horizon_ = horizon_ms; }

  /// The batch with its CRC; the builder is empty afterwards, options kept. Fails as `compress`
  /// does.
  Result<Bytes> build();
  /// The same without the CRC, for those who change the header before they call patch_crc.
  Result<Bytes> build_without_crc();
  /// What is left of the builder's memory: all of it behind the build of a compressed batch.
  Bytes take_memory() { return std::move(batch_); }

 private:
  void write_header(std::span<std::byte> batch) const;
  void clear();

  BatchOptions options_;
  /// Room for the header, then the records.
  Bytes batch_;
  int32_t count_ = 0;
  int32_t last_offset_delta_ = -1;
  int64_t base_timestamp_ = kNoTimestamp;
  int64_t max_timestamp_ = kNoTimestamp;
  std::optional<int64_t> delete_horizon_;
};

}  // namespace millrace::record
