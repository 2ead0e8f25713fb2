// What a broker checks before it appends, and what it then stores.
//
// Follows Kafka's broker: ProduceRequest.validateRecords, UnifiedLog's analysis and LogValidator,
// with their error codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "record/batch_view.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::record {

/// Who made the batch. Clients may not write control batches and must number from 0.
enum class Origin : uint8_t { client, coordinator };

struct ValidationOptions {
  /// The wall clock; the append time of LogAppendTime topics.
  int64_t now_ms = 0;
  Origin origin = Origin::client;
  /// Of the topic: message.timestamp.type, message.timestamp.before.max.ms, .after.max.ms.
  TimestampType timestamp_type = TimestampType::create_time;
  int64_t timestamp_before_max_ms = INT64_MAX;
  int64_t timestamp_after_max_ms = 3'600'000;
  /// cleanup.policy contains compact: every record needs a key.
  bool is_compacted = false;
  /// max.message.bytes; the compressed batch with its header.
  int64_t batch_size_max = 1'048'588;
  /// compression.type; nothing stands for "producer": stored as it came.
  std::optional<Compression> compression = std::nullopt;
  /// False for produce versions below 7, whose clients cannot read zstd.
  bool allow_zstd = true;
  /// Compressed batches are not unfolded; count and timestamps are taken from the header
  /// (millrace.validate.compressed=false).
  bool trust_compressed_header = false;
  ReadLimits limits = {};
  /// Named in messages for people, for instance "orders-0".
  std::string_view topic_partition = {};
};

/// One record that was refused, for Produce's record_errors.
struct RecordFault {
  int32_t batch_index = 0;
  std::string message;
};

/// Why a batch was refused. Nothing of it may be stored.
struct ValidationFailure {
  ErrorCode code = ErrorCode::invalid_record;
  std::string message;
  /// At most 100 are listed; empty where the batch as a whole is wrong.
  std::vector<RecordFault> record_errors;
  /// Whether the request alone shows it, before any topic is looked at.
  bool is_in_request = false;

  Error to_error() const { return kafka_error(code, message); }
};

/// A batch that may be appended once base offset and leader epoch are patched in.
struct ValidatedBatch {
  /// The batch inside the caller's bytes.
  BatchView batch;
  /// The bytes to store in place of `batch` where they had to change: LogAppendTime, a max
  /// timestamp that was wrong, another codec, record numbers that did not count from 0.
  std::optional<Bytes> rewritten;
  int32_t record_count = 0;
  /// Largest timestamp of the records; the append time on LogAppendTime topics.
  int64_t max_timestamp = kNoTimestamp;
  /// The first record that carries it, counted from the base offset; 0 when the header was trusted.
  int32_t max_timestamp_delta = 0;
  /// -1 unless the topic has LogAppendTime; what Produce answers.
  int64_t log_append_time_ms = kNoTimestamp;

  ByteView bytes() const { return rewritten ? ByteView(*rewritten) : batch.bytes(); }
};

/// Either outcome of a check.
using Validation = std::variant<ValidatedBatch, ValidationFailure>;

/// Whether the first batch belongs to a transaction; the failure where its size or magic is
/// impossible. Nothing else of it is looked at.
std::variant<bool, ValidationFailure> is_transactional(ByteView bytes);

/// What is wrong with the batches of a Produce partition before any of them is read.
std::optional<ValidationFailure> check_request(ByteView bytes, bool allow_zstd);

/// Checks the one batch of a Produce partition. `bytes` must outlive the answer. As in Kafka bytes
/// behind the batch that cannot hold another one are ignored.
Validation validate_batch(ByteView bytes, const ValidationOptions& options);

}  // namespace millrace::record
