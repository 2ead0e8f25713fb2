#include "record/record_reader.h"

#include <limits>

#include "base/text.h"
#include "record/batches.h"
#include "record/compression.h"
#include "test_seed.h"

namespace millrace::record::testing {
namespace {

/// A batch whose records are `payload`, folded with `codec`.
Bytes batch_of(ByteView payload, int32_t count, Codec codec = Codec::none) {
  const auto packed = compress({.codec = codec}, payload);
  Bytes batch = with_payload(make_batch(some_records(1)), *packed);
  batch =
      with_field<int16_t>(std::move(batch), HeaderLayout::kAttributes, static_cast<int16_t>(codec));
  batch = with_field<int32_t>(std::move(batch), HeaderLayout::kLastOffsetDelta, count - 1);
  return with_field<int32_t>(std::move(batch), HeaderLayout::kRecordCount, count);
}

/// The fields of one record, to be told wrongly.
struct RawRecord {
  std::optional<int64_t> length;
  int64_t timestamp_delta = 0;
  int64_t offset_delta = 0;
  int64_t key_size = 1;
  int64_t value_size = 1;
  int64_t header_count = 0;
  std::string behind;

  Bytes encoded() const {
    ByteWriter body;
    body.write<int8_t>(0);
    body.varint(timestamp_delta);
    body.varint(offset_delta);
    body.varint(key_size);
    if (key_size >= 0) body.text("k");
    body.varint(value_size);
    if (value_size >= 0) body.text("v");
    body.varint(header_count);
    body.text(behind);
    ByteWriter record;
    record.varint(length.value_or(static_cast<int64_t>(body.size())));
    record.bytes(body.view());
    return record.take();
  }
};

TEST(RecordReader, StopsWhenToldSo) {
  const Bytes bytes = make_batch(some_records(10));
  int seen = 0;
  EXPECT_TRUE(
      for_each_record(*BatchView::parse(bytes), [&](const RecordView&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
}

TEST(RecordReader, ShowsUncompressedRecordsInPlace) {
  const Bytes bytes = make_batch(some_records(10));
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(for_each_record(*batch, [&](const RecordView& record) {
    if (!record.key) return;
    EXPECT_GE(record.key->data(), bytes.data());
    EXPECT_LT(record.key->data(), bytes.data() + bytes.size());
  }));
}

TEST(RecordReader, ReadsRecordsLargerThanItsWindow) {
  for (const Codec codec : kEveryCodec) {
    std::vector<Record> records = some_records(3);
    records[1].value = std::string(3'000'000, 'v');
    EXPECT_TRUE(records_of(make_batch(records, {.compression = {.codec = codec}})) == records)
        << codec_name(codec);
  }
}

class LyingRecord : public ::testing::TestWithParam<Codec> {
 protected:
  static void expect_refused(const RawRecord& record, std::string_view what) {
    SCOPED_TRACE(what);
    expect_error(read_all(batch_of(record.encoded(), 1, GetParam())), ErrorCode::invalid_record);
  }
};

TEST_P(LyingRecord, TheTruthIsRead) {
  EXPECT_TRUE(read_all(batch_of(RawRecord().encoded(), 1, GetParam())));
}

TEST_P(LyingRecord, LengthsThatLeaveTheRecordAreRefused) {
  constexpr int64_t kHuge = std::numeric_limits<int32_t>::max();
  expect_refused({.length = 100}, "length beyond the batch");
  expect_refused({.length = 3}, "length inside the fields");
  expect_refused({.length = 0}, "no length");
  expect_refused({.length = -1}, "negative length");
  expect_refused({.key_size = 100}, "key beyond the record");
  expect_refused({.key_size = kHuge}, "huge key");
  expect_refused({.value_size = 3}, "value beyond the record");
  expect_refused({.value_size = kHuge}, "huge value");
  expect_refused({.header_count = 1}, "missing header");
  expect_refused({.header_count = kHuge}, "as many headers as can be");
  expect_refused({.header_count = -1}, "fewer than no headers");
  expect_refused({.header_count = 1, .behind = std::string("\x01\x00", 2)}, "null header key");
  expect_refused({.header_count = 1, .behind = std::string("\x04k\x00", 3)}, "header key beyond");
  expect_refused({.header_count = 1, .behind = std::string("\x02k\x10v", 4)},
                 "header value beyond");
  expect_refused({.behind = "x"}, "bytes behind the fields");
}

TEST_P(LyingRecord, AHugeLengthTakesNoMemoryForIt) {
  // Refused by the limit or by what is there, before a buffer of that size exists.
  const Bytes bytes = batch_of(RawRecord{.length = INT32_MAX}.encoded(), 1, GetParam());
  const auto read = read_all(bytes);
  ASSERT_FALSE(read);
}

TEST_P(LyingRecord, CountsMustMatchTheRecords) {
  for (const int32_t count : {0, 2, 3, INT32_MAX}) {
    const Bytes bytes = batch_of(RawRecord().encoded(), count, GetParam());
    expect_error(read_all(bytes), ErrorCode::invalid_record);
  }
  const Bytes negative = batch_of(RawRecord().encoded(), -5, GetParam());
  expect_error(read_all(negative), ErrorCode::invalid_record);
}

TEST_P(LyingRecord, DeltasMayOverflowWithoutHarm) {
  RawRecord record = {.timestamp_delta = INT64_MAX, .offset_delta = INT32_MIN};
  EXPECT_TRUE(read_all(batch_of(record.encoded(), 1, GetParam())));
}

TEST_P(LyingRecord, PayloadsCutShortAnywhereAreRefused) {
  const Bytes whole = make_batch(some_records(4), {.compression = {.codec = GetParam()}});
  for (size_t size = 0; size + 1 < whole.size() - kBatchHeaderSize; ++size) {
    const Bytes cut = with_payload(whole, ByteView(whole).subspan(kBatchHeaderSize, size));
    ASSERT_FALSE(read_all(cut)) << size;
  }
}

TEST_P(LyingRecord, ChangedPayloadsAreReadOrRefused) {
  std::mt19937_64 random(test_seed() + 20);
  const Bytes whole = make_batch(some_records(10), {.compression = {.codec = GetParam()}});
  for (int i = 0; i < 3'000; ++i) {
    Bytes changed = whole;
    const size_t span = changed.size() - kBatchHeaderSize;
    changed[kBatchHeaderSize + random() % span] = static_cast<std::byte>(random());
    (void)read_all(changed, {.decompressed_size_max = 1U << 20}).has_value();
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, LyingRecord, ::testing::ValuesIn(kEveryCodec),
                         [](const auto& codec) { return std::string(codec_name(codec.param)); });

TEST(RecordReader, ABombIsRefusedAtTheLimitWhateverItsRecordsSay) {
  // One record that says how long it is, and is.
  Record record = {.timestamp = 1, .key = "k", .value = std::string(32U << 20, '\0')};
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const Bytes bytes = make_batch({record}, {.compression = {.codec = codec}});
    expect_error(read_all(bytes, {.decompressed_size_max = 1U << 20}),
                 ErrorCode::message_too_large);
    EXPECT_TRUE(read_all(bytes, {.decompressed_size_max = 33U << 20})) << codec_name(codec);
  }
}

TEST(RecordReader, ManySmallRecordsBehindOneAnotherAreBoundedToo) {
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    const Bytes bytes = make_batch(some_records(5'000, 10), {.compression = {.codec = codec}});
    expect_error(read_all(bytes, {.decompressed_size_max = 100'000}), ErrorCode::message_too_large);
  }
}

TEST(RecordReader, AnUnknownCodecIsNamedAsSuch) {
  const Bytes bytes =
      with_field<int16_t>(make_batch(some_records(1)), HeaderLayout::kAttributes, 5);
  expect_error(read_all(bytes), ErrorCode::unsupported_compression_type);
}

TEST(RecordReader, CountsTheUncompressedBytes) {
  const auto records = some_records(30);
  const Bytes plain = make_batch(records);
  const Bytes packed = make_batch(records, {.compression = {.codec = Codec::zstd}});
  for (const Bytes& bytes : {plain, packed}) {
    RecordReader reader(*BatchView::parse(bytes));
    RecordView record;
    while (reader.next(record)) {
    }
    EXPECT_EQ(reader.records_read(), 30);
    EXPECT_EQ(reader.uncompressed_size(), plain.size() - kBatchHeaderSize);
  }
}

}  // namespace
}  // namespace millrace::record::testing
