#include "record/batch_builder.h"

#include "record/batches.h"
#include "record/patch.h"
#include "test_seed.h"

namespace millrace::record::testing {
namespace {

TEST(BatchBuilder, WhatGoesInComesOutWithEveryCodec) {
  for (const Codec codec : kEveryCodec) {
    SCOPED_TRACE(codec_name(codec));
    const auto records = some_records(50, 10);
    const Bytes bytes = make_batch(records, {.compression = {.codec = codec}});
    const auto batch = BatchView::parse(bytes);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->codec(), codec);
    EXPECT_TRUE(batch->crc_matches());
    EXPECT_EQ(records_of(bytes), records);
  }
}

TEST(BatchBuilder, RandomRecordsComeOutAsTheyWentIn) {
  std::mt19937_64 random(test_seed());
  for (int i = 0; i < 200; ++i) {
    const auto records = random_records(random);
    const Codec codec = kEveryCodec[random() % std::size(kEveryCodec)];
    ASSERT_EQ(records_of(make_batch(records, {.compression = {.codec = codec}})), records)
        << "batch " << i << " " << codec_name(codec);
  }
}

TEST(BatchBuilder, ForetellsTheUncompressedSize) {
  BatchBuilder builder;
  builder.add_text(1, "key", "value");
  builder.add_text(2, std::nullopt, std::nullopt);
  const size_t foretold = builder.uncompressed_size();
  EXPECT_EQ(builder.build()->size(), foretold);
}

TEST(BatchBuilder, IsEmptyAfterBuildingAndKeepsItsOptions) {
  BatchBuilder builder({.producer_id = ProducerId(9), .base_offset = Offset(50)});
  builder.add_text(1, "a", "b");
  ASSERT_TRUE(builder.build());
  EXPECT_TRUE(builder.empty());
  builder.add_text(2, "c", "d");
  const auto second = builder.build();
  const auto batch = BatchView::parse(*second);
  EXPECT_EQ(batch->record_count(), 1);
  EXPECT_EQ(batch->producer_id(), ProducerId(9));
  EXPECT_EQ(batch->base_offset(), Offset(50));
  EXPECT_EQ(batch->max_timestamp(), 2);
}

TEST(BatchBuilder, BuildsAnEmptyBatchThatKeepsItsOffsetRange) {
  for (const Codec codec : kEveryCodec) {
    BatchBuilder builder({.compression = {.codec = codec}, .base_offset = Offset(10)});
    builder.set_last_offset_delta(4);
    const auto bytes = builder.build();
    ASSERT_TRUE(bytes);
    const auto batch = BatchView::parse(*bytes);
    EXPECT_EQ(batch->record_count(), 0);
    EXPECT_EQ(batch->last_offset(), Offset(14));
    EXPECT_TRUE(batch->crc_matches());
    EXPECT_TRUE(records_of(*bytes).empty());
  }
}

TEST(BatchBuilder, TheLargestTimestampNeedNotBeTheLast) {
  BatchBuilder builder;
  builder.add_text(30, "a", "1");
  builder.add_text(70, "b", "2");
  builder.add_text(50, "c", "3");
  const auto bytes = builder.build();
  EXPECT_EQ(BatchView::parse(*bytes)->base_timestamp(), 30);
  EXPECT_EQ(BatchView::parse(*bytes)->max_timestamp(), 70);
}

TEST(BatchBuilder, ALevelTheCodecDoesNotHaveIsRefused) {
  BatchBuilder builder({.compression = {.codec = Codec::gzip, .level = 99}});
  builder.add_text(1, "a", "b");
  expect_error(builder.build(), ErrorCode::invalid_config);
}

TEST(BatchBuilder, RecordsOfALogAppendTimeBatchAllHaveItsTime) {
  BatchBuilder builder({.timestamp_type = TimestampType::log_append_time});
  builder.add_text(5, "a", "b");
  builder.add_text(6, "c", "d");
  builder.set_max_timestamp(1'234);
  const auto bytes = builder.build();
  for (const Record& record : records_of(*bytes)) EXPECT_EQ(record.timestamp, 1'234);
}

TEST(BatchBuilder, UsesTheMemoryItIsGivenAndGivesItBackWhereItCompresses) {
  for (const Codec codec : {Codec::none, Codec::lz4}) {
    SCOPED_TRACE(codec_name(codec));
    Bytes memory(10'000, std::byte{9});
    const std::byte* const place = memory.data();
    BatchBuilder builder({.compression = {.codec = codec}}, std::move(memory));
    EXPECT_EQ(builder.uncompressed_size(), kBatchHeaderSize);
    builder.add_text(1, "a", "b");
    const auto bytes = builder.build();
    const Bytes left = builder.take_memory();
    EXPECT_EQ((codec == Codec::none ? *bytes : left).data(), place);
    EXPECT_TRUE(BatchView::parse(*bytes)->crc_matches());
    EXPECT_EQ(records_of(*bytes).size(), 1U);
  }
}

TEST(BatchBuilder, ABatchWithoutCrcIsTheSameUntilItIsPatched) {
  BatchBuilder builder;
  builder.add_text(1, "a", "b");
  Bytes patched = *builder.build_without_crc();
  EXPECT_FALSE(BatchView::parse(patched)->crc_matches());
  patch_crc(patched);
  builder.add_text(1, "a", "b");
  EXPECT_EQ(patched, *builder.build());
}

}  // namespace
}  // namespace millrace::record::testing
