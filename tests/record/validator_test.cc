#include "record/validator.h"

#include <limits>

#include "record/batches.h"
#include "record/compression.h"
#include "test_seed.h"

namespace millrace::record::testing {
namespace {

constexpr int64_t kNow = 1'700'000'100'000;

class Validator : public ::testing::Test {
 protected:
  Validator() { options.now_ms = kNow; }

  /// The batch must be accepted.
  ValidatedBatch accept(ByteView bytes) {
    Validation outcome = validate_batch(bytes, options);
    if (auto* failure = std::get_if<ValidationFailure>(&outcome)) {
      ADD_FAILURE() << "refused: " << failure->message;
      return {.batch = *BatchView::parse(bytes)};
    }
    return std::get<ValidatedBatch>(std::move(outcome));
  }
  /// The batch must be refused.
  ValidationFailure refuse(ByteView bytes, ErrorCode code) {
    Validation outcome = validate_batch(bytes, options);
    if (!std::holds_alternative<ValidationFailure>(outcome)) {
      ADD_FAILURE() << "accepted";
      return {};
    }
    auto failure = std::get<ValidationFailure>(std::move(outcome));
    EXPECT_EQ(failure.code, code) << failure.message;
    return failure;
  }

  ValidationOptions options;
};

TEST_F(Validator, AcceptsAClientsBatchUnchanged) {
  for (const Codec codec : kEveryCodec) {
    const Bytes bytes = make_batch(some_records(20), {.compression = {.codec = codec}});
    const ValidatedBatch batch = accept(bytes);
    EXPECT_FALSE(batch.rewritten) << codec_name(codec);
    EXPECT_EQ(batch.bytes().data(), bytes.data());
    EXPECT_EQ(batch.record_count, 20);
    EXPECT_EQ(batch.max_timestamp, 1'700'000'000'018);
    EXPECT_EQ(batch.max_timestamp_delta, 18);
    EXPECT_EQ(batch.log_append_time_ms, -1);
  }
}

TEST_F(Validator, RefusesWhatIsNoBatch) {
  refuse({}, ErrorCode::invalid_record);
  const Bytes bytes = make_batch(some_records(2));
  for (size_t size = 0; size < bytes.size(); ++size) {
    refuse(ByteView(bytes).first(size), ErrorCode::invalid_record);
  }
}

TEST_F(Validator, RefusesTwoBatches) {
  Bytes bytes = make_batch(some_records(2));
  const Bytes second = bytes;
  bytes.insert(bytes.end(), second.begin(), second.end());
  refuse(bytes, ErrorCode::invalid_record);
}

TEST_F(Validator, IgnoresBytesBehindTheBatchThatCannotHoldAnother) {
  Bytes bytes = make_batch(some_records(2));
  bytes.resize(bytes.size() + 10);
  EXPECT_EQ(accept(bytes).bytes().size(), bytes.size() - 10);
}

TEST_F(Validator, RefusesOtherMagics) {
  Bytes bytes = make_batch(some_records(2));
  for (const int magic : {0, 1}) {
    bytes[HeaderLayout::kMagic] = static_cast<std::byte>(magic);
    refuse(bytes, ErrorCode::invalid_record);
  }
  for (const int magic : {3, 127, -1}) {
    bytes[HeaderLayout::kMagic] = static_cast<std::byte>(magic);
    refuse(bytes, ErrorCode::corrupt_message);
  }
}

TEST_F(Validator, RefusesAWrongChecksum) {
  Bytes bytes = make_batch(some_records(2));
  bytes.back() ^= std::byte{1};
  refuse(bytes, ErrorCode::corrupt_message);
}

TEST_F(Validator, RefusesLengthsBelowAnyRecords) {
  Bytes bytes = make_batch(some_records(2));
  for (const int32_t length : {-1, 0, 13, std::numeric_limits<int32_t>::min()}) {
    store_be(bytes.data() + HeaderLayout::kLength, length);
    refuse(bytes, ErrorCode::corrupt_message);
  }
}

// As short as a record of the oldest format may be, and everything but its attributes missing.
TEST_F(Validator, ReadsTheAttributesOfABatchWhoseHeaderIsCutShort) {
  Bytes bytes = make_batch(some_records(2));
  bytes.resize(26);
  store_be<int32_t>(bytes.data() + HeaderLayout::kLength, 14);
  EXPECT_FALSE(std::get<bool>(is_transactional(bytes)));
  store_be<int16_t>(bytes.data() + HeaderLayout::kAttributes,
                    AttributeBits::kTransactional | static_cast<int>(Codec::zstd));
  EXPECT_TRUE(std::get<bool>(is_transactional(bytes)));
  EXPECT_FALSE(check_request(bytes, true));
  EXPECT_EQ(check_request(bytes, false)->code, ErrorCode::unsupported_compression_type);
  refuse(bytes, ErrorCode::corrupt_message);
  bytes.front() = std::byte{1};
  refuse(bytes, ErrorCode::invalid_record);
}

TEST_F(Validator, RefusesABatchBeyondTheTopicsLimit) {
  const Bytes bytes = make_batch(some_records(20));
  options.batch_size_max = static_cast<int64_t>(bytes.size());
  accept(bytes);
  --options.batch_size_max;
  refuse(bytes, ErrorCode::message_too_large);
}

TEST_F(Validator, RefusesWhatTheTopicsCodecMakesTooLarge) {
  const Bytes bytes = make_batch(some_records(50), {.compression = {.codec = Codec::zstd}});
  options.batch_size_max = static_cast<int64_t>(bytes.size());
  options.compression = Compression{.codec = Codec::none};
  refuse(bytes, ErrorCode::message_too_large);
}

TEST_F(Validator, RefusesHeadersThatDoNotFitTheRecords) {
  const Bytes bytes = make_batch(some_records(5));
  const auto lie = [&](size_t at, int32_t value) {
    SCOPED_TRACE(value);
    refuse(with_field(bytes, at, value), ErrorCode::invalid_record);
  };
  for (const int32_t count : {-1, 0, 4, 6, INT32_MAX}) lie(HeaderLayout::kRecordCount, count);
  for (const int32_t delta : {-1, 0, 3, 5, INT32_MAX, INT32_MIN}) {
    lie(HeaderLayout::kLastOffsetDelta, delta);
  }
}

TEST_F(Validator, RefusesCountAndDeltaThatLieTogether) {
  Bytes bytes = with_field<int32_t>(make_batch(some_records(5)), HeaderLayout::kRecordCount, 6);
  refuse(with_field<int32_t>(bytes, HeaderLayout::kLastOffsetDelta, 5), ErrorCode::invalid_record);
}

TEST_F(Validator, RefusesAClientsBatchThatDoesNotStartAtZero) {
  const Bytes bytes = make_batch(some_records(2), {.base_offset = Offset(1)});
  refuse(bytes, ErrorCode::invalid_record);
  options.batch_size_max = 1;
  refuse(bytes, ErrorCode::invalid_record);
}

TEST_F(Validator, RefusesControlBatchesOfClientsOnly) {
  const Bytes bytes = make_batch(some_records(1), {.is_control = true});
  refuse(bytes, ErrorCode::invalid_record);
  options.origin = Origin::coordinator;
  accept(bytes);
}

TEST_F(Validator, RefusesAProducerIdWithoutASequence) {
  refuse(make_batch(some_records(2), {.producer_id = ProducerId(5), .producer_epoch = 0}),
         ErrorCode::invalid_record);
  accept(make_batch(some_records(2),
                    {.producer_id = ProducerId(5), .producer_epoch = 0, .base_sequence = 0}));
}

TEST_F(Validator, RefusesUnknownCodecsAndZstdForOldClients) {
  const Bytes plain = make_batch(some_records(2));
  refuse(with_field<int16_t>(plain, HeaderLayout::kAttributes, 5),
         ErrorCode::unsupported_compression_type);
  const Bytes zstd = make_batch(some_records(2), {.compression = {.codec = Codec::zstd}});
  accept(zstd);
  options.allow_zstd = false;
  refuse(zstd, ErrorCode::unsupported_compression_type);
}

TEST_F(Validator, RefusesPayloadsThatAreNotWhatTheCodecWrites) {
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const Bytes plain = make_batch(some_records(5));
    refuse(with_field<int16_t>(plain, HeaderLayout::kAttributes, static_cast<int16_t>(codec)),
           ErrorCode::invalid_record);
  }
}

TEST_F(Validator, RefusesABomb) {
  Record record = {.timestamp = 1'700'000'000'000, .key = "k"};
  record.value = std::string(8U << 20, '\0');
  options.limits.decompressed_size_max = 1U << 20;
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const Bytes bytes = make_batch({record}, {.compression = {.codec = codec}});
    ASSERT_LT(bytes.size(), 1U << 20);
    refuse(bytes, ErrorCode::message_too_large);
  }
}

TEST_F(Validator, NamesTheRecordsWithoutKeyOnACompactedTopic) {
  options.is_compacted = true;
  const ValidationFailure failure = refuse(make_batch(some_records(9)), ErrorCode::invalid_record);
  ASSERT_EQ(failure.record_errors.size(), 3U);
  EXPECT_EQ(failure.record_errors[0].batch_index, 2);
  EXPECT_EQ(failure.record_errors[1].batch_index, 5);
  EXPECT_EQ(failure.record_errors[2].batch_index, 8);
}

TEST_F(Validator, ListsAHundredFaultsAtMost) {
  options.is_compacted = true;
  const Bytes bytes = make_batch(some_records(1'000));
  EXPECT_EQ(refuse(bytes, ErrorCode::invalid_record).record_errors.size(), 100U);
}

TEST_F(Validator, RefusesTimestampsOutsideTheTopicsRange) {
  options.timestamp_before_max_ms = 1'000;
  options.timestamp_after_max_ms = 500;
  const auto at = [](int64_t timestamp) {
    return make_batch({{.timestamp = timestamp, .key = "k", .value = "v"}});
  };
  accept(at(kNow - 1'000));
  accept(at(kNow + 500));
  accept(at(kNoTimestamp));
  refuse(at(kNow - 1'001), ErrorCode::invalid_timestamp);
  const ValidationFailure failure = refuse(at(kNow + 501), ErrorCode::invalid_timestamp);
  ASSERT_EQ(failure.record_errors.size(), 1U);
}

TEST_F(Validator, UnlimitedRangesTakeAnyTimestamp) {
  options.timestamp_before_max_ms = INT64_MAX;
  options.timestamp_after_max_ms = INT64_MAX;
  for (const int64_t timestamp : {INT64_MAX, int64_t{0}, int64_t{-2}, INT64_MIN / 4}) {
    accept(make_batch({{.timestamp = timestamp, .key = "k", .value = "v"}}));
  }
}

TEST_F(Validator, StampsLogAppendTime) {
  options.timestamp_type = TimestampType::log_append_time;
  for (const Codec codec : kEveryCodec) {
    const ValidatedBatch batch =
        accept(make_batch(some_records(5), {.compression = {.codec = codec}}));
    EXPECT_EQ(batch.log_append_time_ms, kNow);
    EXPECT_EQ(batch.max_timestamp, kNow);
    ASSERT_TRUE(batch.rewritten);
    const auto stored = BatchView::parse(*batch.rewritten);
    EXPECT_TRUE(stored->crc_matches());
    EXPECT_EQ(stored->timestamp_type(), TimestampType::log_append_time);
    EXPECT_EQ(stored->codec(), codec);
    for (const Record& record : records_of(*batch.rewritten)) EXPECT_EQ(record.timestamp, kNow);
  }
}

// On a topic with CreateTime Kafka looks at the time only, not at who is said to have set it.
TEST_F(Validator, AClientMayNotStampInTheBrokersPlace) {
  options.timestamp_type = TimestampType::log_append_time;
  refuse(make_batch(some_records(2), {.timestamp_type = TimestampType::log_append_time}),
         ErrorCode::invalid_timestamp);
}

TEST_F(Validator, CorrectsAWrongMaxTimestamp) {
  const Bytes bytes =
      with_field<int64_t>(make_batch(some_records(5)), HeaderLayout::kMaxTimestamp, 5);
  const ValidatedBatch batch = accept(bytes);
  ASSERT_TRUE(batch.rewritten);
  const auto stored = BatchView::parse(*batch.rewritten);
  EXPECT_EQ(stored->max_timestamp(), 1'700'000'000'004);
  EXPECT_TRUE(stored->crc_matches());
}

TEST_F(Validator, FoldsWithTheTopicsCodec) {
  const auto records = some_records(30);
  for (const Codec from : kEveryCodec) {
    for (const Codec to : kEveryCodec) {
      options.compression = Compression{.codec = to};
      const Bytes bytes = make_batch(records, {.compression = {.codec = from},
                                               .producer_id = ProducerId(8),
                                               .producer_epoch = 1,
                                               .base_sequence = 40});
      const ValidatedBatch batch = accept(bytes);
      EXPECT_EQ(batch.rewritten.has_value(), from != to);
      const auto stored = BatchView::parse(batch.bytes());
      EXPECT_EQ(stored->codec(), to);
      EXPECT_EQ(stored->base_sequence(), 40);
      EXPECT_TRUE(stored->crc_matches());
      EXPECT_EQ(records_of(batch.bytes()), records);
    }
  }
}

TEST_F(Validator, NumbersRecordsThatDidNotCountFromZero) {
  std::vector<Record> records = some_records(3);
  records[1].offset_delta = 5;
  records[2].offset_delta = 7;
  // The header says 3 records in a range of 3, as it must; the records themselves do not.
  const Bytes bytes = with_field<int32_t>(make_batch(records), HeaderLayout::kLastOffsetDelta, 2);
  const ValidatedBatch batch = accept(bytes);
  ASSERT_TRUE(batch.rewritten);
  EXPECT_EQ(records_of(*batch.rewritten), some_records(3));
}

TEST_F(Validator, TrustsACompressedHeaderWhenToldTo) {
  options.trust_compressed_header = true;
  const Bytes zstd = make_batch(some_records(5), {.compression = {.codec = Codec::zstd}});
  const Bytes garbage = with_payload(zstd, Bytes(20, std::byte{7}));
  const ValidatedBatch batch = accept(garbage);
  EXPECT_EQ(batch.record_count, 5);
  EXPECT_EQ(batch.max_timestamp, 1'700'000'000'004);
  // Checksums and uncompressed records are looked at all the same.
  Bytes flipped = garbage;
  flipped.back() ^= std::byte{1};
  refuse(flipped, ErrorCode::corrupt_message);
  refuse(with_payload(make_batch(some_records(5)), Bytes(20, std::byte{7})),
         ErrorCode::invalid_record);
}

TEST_F(Validator, WhatItAcceptsCanBeRead) {
  std::mt19937_64 random(test_seed() + 30);
  int accepted = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Codec codec = kEveryCodec[random() % std::size(kEveryCodec)];
    Bytes bytes = make_batch(some_records(4), {.compression = {.codec = codec}});
    const size_t at = HeaderLayout::kAttributes + random() % (bytes.size() - 21);
    bytes = with_field<uint8_t>(std::move(bytes), at, static_cast<uint8_t>(random()));
    options.limits.decompressed_size_max = 1U << 20;
    const Validation outcome = validate_batch(bytes, options);
    const auto* batch = std::get_if<ValidatedBatch>(&outcome);
    if (batch == nullptr) continue;
    ++accepted;
    ASSERT_TRUE(BatchView::parse(batch->bytes())->crc_matches());
    ASSERT_EQ(records_of(batch->bytes()).size(), static_cast<size_t>(batch->record_count));
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace millrace::record::testing
