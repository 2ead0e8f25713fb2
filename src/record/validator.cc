#include "record/validator.h"

#include <algorithm>

#include "base/text.h"
#include "record/patch.h"
#include "record/rewrite.h"

namespace millrace::record {

namespace {

constexpr size_t kFaultsListedMax = 100;
/// Kafka's smallest record, of magic 0: a length below it is refused before anything else is read.
constexpr int32_t kLegacyRecordSizeMin = 14;

/// What the records said, for the decision what to store.
struct Findings {
  int64_t max_timestamp = kNoTimestamp;
  int32_t max_timestamp_delta = 0;
  bool is_numbered = true;
};

ValidationFailure failure(ErrorCode code, std::string message) {
  return {.code = code, .message = std::move(message)};
}

ValidationFailure failure(const Error& error) {
  return failure(error.kafka_code().value_or(ErrorCode::invalid_record), error.message());
}

std::string where_of(const ValidationOptions& options) {
  return options.topic_partition.empty() ? std::string() : cat(" in ", options.topic_partition);
}

/// One validation; exists so that each step can name what it refuses.
class Validator {
 public:
  Validator(const BatchView& batch, const ValidationOptions& options)
      : batch_(batch), options_(options) {}

  Validation run() {
    if (auto refused = check_batch()) return *std::move(refused);
    Findings findings;
    if (batch_.is_compressed() && options_.trust_compressed_header) {
      findings.max_timestamp = batch_.max_timestamp();
    } else if (auto refused = check_records(findings)) {
      return *std::move(refused);
    }
    return accept(findings);
  }

 private:
  std::string where() const { return where_of(options_); }

  std::optional<ValidationFailure> check_size(size_t size) const {
    if (static_cast<int64_t>(size) <= options_.batch_size_max) return std::nullopt;
    return failure(
        ErrorCode::message_too_large,
        cat("The record batch size", where(), " is ", size,
            " bytes which exceeds the maximum configured value of ", options_.batch_size_max));
  }

  std::optional<ValidationFailure> check_batch() const {
    if (auto refused = check_size(batch_.size())) return refused;
    if (!batch_.crc_matches()) {
      return failure(ErrorCode::corrupt_message,
                     cat("Record is corrupt (stored crc = ", batch_.crc(), ")", where()));
    }
    if (!batch_.codec()) {
      return failure(
          ErrorCode::unsupported_compression_type,
          cat("Unknown compression type id: ", batch_.attributes() & AttributeBits::kCodecMask));
    }
    return options_.origin == Origin::client ? check_client_batch() : check_count();
  }

  std::optional<ValidationFailure> check_client_batch() const {
    if (auto refused = check_count()) return refused;
    if (batch_.is_control()) {
      return failure(ErrorCode::invalid_record, "Clients are not allowed to write control records");
    }
    if (batch_.has_producer_id() && batch_.base_sequence() < 0) {
      return failure(ErrorCode::invalid_record,
                     cat("Invalid sequence number ", batch_.base_sequence(),
                         " in record batch with producerId ", batch_.producer_id()));
    }
    return std::nullopt;
  }

  std::optional<ValidationFailure> check_count() const {
    const int64_t span = int64_t{batch_.last_offset_delta()} + 1;
    if (span <= 0) {
      return failure(ErrorCode::invalid_record,
                     cat("Batch has an invalid offset range: [", batch_.base_offset(), ", ",
                         batch_.last_offset(), "]"));
    }
    if (batch_.record_count() <= 0) {
      return failure(ErrorCode::invalid_record,
                     cat("Invalid reported count for record batch: ", batch_.record_count()));
    }
    if (span != batch_.record_count()) {
      return failure(ErrorCode::invalid_record,
                     cat("Inconsistent batch offset range [", batch_.base_offset(), ", ",
                         batch_.last_offset(), "] and count of records ", batch_.record_count()));
    }
    return std::nullopt;
  }

  std::optional<ValidationFailure> check_records(Findings& findings) {
    RecordReader reader(batch_, options_.limits);
    RecordView record;
    int32_t index = 0;
    while (reader.next(record)) {
      findings.is_numbered &= record.offset_delta == index;
      check_record(record, index);
      if (record.timestamp > findings.max_timestamp) {
        findings.max_timestamp = record.timestamp;
        findings.max_timestamp_delta = index;
      }
      ++index;
    }
    if (auto status = reader.status(); !status) return failure(status.error());
    return faults_.empty() ? std::nullopt : std::optional(refuse_records());
  }

  void check_record(const RecordView& record, int32_t index) {
    if (options_.is_compacted && !record.key) [[unlikely]] {
      add_fault(index, ErrorCode::invalid_record,
                cat("Compacted topic cannot accept message without key", where(), "."));
      return;
    }
    const bool is_create_time = options_.timestamp_type == TimestampType::create_time;
    if (is_create_time && record.timestamp != kNoTimestamp) {
      if (is_out_of_range(record.timestamp)) [[unlikely]] {
        add_fault(index, ErrorCode::invalid_timestamp,
                  cat("Timestamp ", record.timestamp, " of message with offset ", record.offset,
                      " is out of range. The timestamp should be within [", earliest(), ", ",
                      latest(), "]"));
      }
    } else if (batch_.timestamp_type() == TimestampType::log_append_time) [[unlikely]] {
      add_fault(index, ErrorCode::invalid_timestamp,
                "Invalid timestamp type in message. Producer should not set timestamp type to "
                "LogAppendTime.");
    }
  }

  /// now - before.max.ms without leaving 64 bits (the default is the largest number there is).
  int64_t earliest() const {
    int64_t bound = 0;
    const bool wraps =
        __builtin_sub_overflow(options_.now_ms, options_.timestamp_before_max_ms, &bound);
    return wraps ? INT64_MIN : bound;
  }
  int64_t latest() const {
    int64_t bound = 0;
    const bool wraps =
        __builtin_add_overflow(options_.now_ms, options_.timestamp_after_max_ms, &bound);
    return wraps ? INT64_MAX : bound;
  }
  bool is_out_of_range(int64_t timestamp) const {
    return timestamp < earliest() || timestamp > latest();
  }

  void add_fault(int32_t index, ErrorCode code, std::string message) {
    if (code == ErrorCode::invalid_timestamp) has_timestamp_fault_ = true;
    ++fault_count_;
    if (faults_.size() < kFaultsListedMax) faults_.push_back({index, std::move(message)});
  }

  ValidationFailure refuse_records() {
    ValidationFailure refused;
    if (has_timestamp_fault_) {
      refused.code = ErrorCode::invalid_timestamp;
      refused.message = "One or more records have been rejected due to invalid timestamp";
    } else {
      refused.message = cat("One or more records have been rejected due to ", fault_count_,
                            " record errors in total, the first being: ", faults_.front().message);
    }
    refused.record_errors = std::move(faults_);
    return refused;
  }

  Validation accept(const Findings& findings) const {
    ValidatedBatch accepted = {.batch = batch_,
                               .rewritten = std::nullopt,
                               .record_count = batch_.record_count(),
                               .max_timestamp = findings.max_timestamp,
                               .max_timestamp_delta = findings.max_timestamp_delta,
                               .log_append_time_ms = kNoTimestamp};
    // Control batches are never compressed by a broker that did not receive them so.
    const bool keeps_codec = !options_.compression ||
                             options_.compression->codec == *batch_.codec() ||
                             (batch_.is_control() && !batch_.is_compressed());
    if (!keeps_codec || !findings.is_numbered) {
      const Compression own = {.codec = *batch_.codec()};
      auto rewritten =
          rewrite_batch(batch_, {.compression = keeps_codec ? own : *options_.compression,
                                 .renumber = true,
                                 .limits = options_.limits});
      if (!rewritten) return failure(rewritten.error());
      if (auto refused = check_size(rewritten->size())) return *std::move(refused);
      accepted.rewritten = *std::move(rewritten);
    }
    if (options_.timestamp_type == TimestampType::log_append_time) {
      accepted.max_timestamp = accepted.log_append_time_ms = options_.now_ms;
      accepted.max_timestamp_delta = 0;
    }
    if (batch_.timestamp_type() != options_.timestamp_type ||
        batch_.max_timestamp() != accepted.max_timestamp) {
      if (!accepted.rewritten) accepted.rewritten = copy_of(batch_.bytes());
      patch_max_timestamp(*accepted.rewritten, options_.timestamp_type, accepted.max_timestamp);
    }
    return accepted;
  }

  const BatchView& batch_;
  const ValidationOptions& options_;
  std::vector<RecordFault> faults_;
  int64_t fault_count_ = 0;
  bool has_timestamp_fault_ = false;
};

/// Kafka finds batches by their sizes before it looks into one; the same order gives the same
/// codes. The size of the first batch, or why there is none.
std::variant<size_t, ValidationFailure> find_batch(ByteView bytes) {
  const auto none = [] {
    return failure(ErrorCode::invalid_record,
                   "Produce requests must have exactly one record batch per partition, found none");
  };
  if (bytes.size() < kBatchPrefixSize) return none();
  const auto length = load_be<int32_t>(bytes.data() + HeaderLayout::kLength);
  if (length < kLegacyRecordSizeMin) {
    return failure(ErrorCode::corrupt_message,
                   cat("Record size ", length, " is less than the minimum record overhead (14)"));
  }
  if (bytes.size() <= HeaderLayout::kMagic) return none();
  const auto magic = load_be<int8_t>(bytes.data() + HeaderLayout::kMagic);
  if (magic < 0 || magic > kMagic) {
    return failure(ErrorCode::corrupt_message,
                   cat("Invalid magic found in record: ", static_cast<int>(magic)));
  }
  const size_t size = kBatchPrefixSize + static_cast<size_t>(length);
  if (size > bytes.size()) return none();
  if (magic != kMagic) {
    return failure(ErrorCode::invalid_record,
                   "Produce requests are only allowed to contain record batches with magic 2");
  }
  return size;
}

/// Of a batch that find_batch found. Kafka reads them whether or not the header is complete.
int16_t attributes_of(ByteView bytes) {
  static_assert(kBatchPrefixSize + kLegacyRecordSizeMin >=
                HeaderLayout::kAttributes + sizeof(int16_t));
  return load_be<int16_t>(bytes.data() + HeaderLayout::kAttributes);
}

/// True where Kafka's iteration would find one more batch behind the first, or fail on it.
std::optional<ValidationFailure> check_rest(ByteView rest) {
  if (rest.empty()) return std::nullopt;  // as good as always
  auto second = find_batch(rest);
  if (auto* refused = std::get_if<ValidationFailure>(&second)) {
    const bool is_another_magic =
        rest.size() > HeaderLayout::kMagic &&
        kBatchPrefixSize + load_be<uint32_t>(rest.data() + HeaderLayout::kLength) <= rest.size();
    if (refused->code == ErrorCode::corrupt_message) return *refused;
    if (!is_another_magic) return std::nullopt;
  }
  return failure(ErrorCode::invalid_record,
                 "Produce requests must have exactly one record batch per partition, found more");
}

}  // namespace

std::variant<bool, ValidationFailure> is_transactional(ByteView bytes) {
  auto found = find_batch(bytes);
  if (auto* refused = std::get_if<ValidationFailure>(&found)) {
    if (refused->code == ErrorCode::corrupt_message) return std::move(*refused);
    return false;
  }
  return (attributes_of(bytes) & AttributeBits::kTransactional) != 0;
}

std::optional<ValidationFailure> check_request(ByteView bytes, bool allow_zstd) {
  auto found = find_batch(bytes);
  if (auto* refused = std::get_if<ValidationFailure>(&found)) return std::move(*refused);
  const size_t size = std::get<size_t>(found);
  if (!allow_zstd &&
      (attributes_of(bytes) & AttributeBits::kCodecMask) == static_cast<int>(Codec::zstd)) {
    return failure(ErrorCode::unsupported_compression_type,
                   "Produce requests below version 7 are not allowed to use ZStandard compression");
  }
  return check_rest(bytes.subspan(size));
}

Validation validate_batch(ByteView bytes, const ValidationOptions& options) {
  if (auto refused = check_request(bytes, options.allow_zstd)) {
    refused->is_in_request = true;
    return *std::move(refused);
  }
  const auto base_offset = load_be<int64_t>(bytes.data());
  if (options.origin == Origin::client && base_offset != 0) {
    return failure(ErrorCode::invalid_record,
                   cat("The baseOffset of the record batch", where_of(options),
                       " should be 0, but it is ", base_offset));
  }
  auto batch = BatchView::parse(bytes.first(std::get<size_t>(find_batch(bytes))));
  if (!batch) return failure(batch.error());
  return Validator(*batch, options).run();
}

}  // namespace millrace::record
