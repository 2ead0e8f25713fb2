#include "record/rewrite.h"

#include "record/batches.h"
#include "record/patch.h"
#include "test_seed.h"

namespace millrace::record::testing {
namespace {

TEST(Rewrite, KeepsRecordsIdsAndOffsetsUnderEveryCodec) {
  std::mt19937_64 random(test_seed() + 40);
  for (const Codec from : kEveryCodec) {
    for (const Codec to : kEveryCodec) {
      const auto records = random_records(random);
      const Bytes bytes = make_batch(records, {.compression = {.codec = from},
                                               .is_transactional = true,
                                               .producer_id = ProducerId(1),
                                               .producer_epoch = 2,
                                               .base_sequence = 3,
                                               .base_offset = Offset(500),
                                               .leader_epoch = LeaderEpoch(4)});
      const auto original = BatchView::parse(bytes);
      const auto rewritten = rewrite_batch(*original, {.compression = {.codec = to}});
      ASSERT_TRUE(rewritten) << rewritten.error().message();
      const auto batch = BatchView::parse(*rewritten);
      EXPECT_TRUE(batch->crc_matches());
      EXPECT_EQ(batch->codec(), to);
      EXPECT_TRUE(batch->is_transactional());
      EXPECT_EQ(batch->producer_id(), ProducerId(1));
      EXPECT_EQ(batch->producer_epoch(), 2);
      EXPECT_EQ(batch->base_sequence(), 3);
      EXPECT_EQ(batch->base_offset(), Offset(500));
      EXPECT_EQ(batch->last_offset(), original->last_offset());
      EXPECT_EQ(batch->leader_epoch(), LeaderEpoch(4));
      EXPECT_EQ(batch->max_timestamp(), original->max_timestamp());
      EXPECT_EQ(records_of(*rewritten), records);
    }
  }
}

TEST(Rewrite, RenumbersFromZero) {
  std::vector<Record> records = some_records(3);
  records[0].offset_delta = 4;
  records[1].offset_delta = 9;
  records[2].offset_delta = 10;
  const Bytes bytes = make_batch(records);
  const auto rewritten = rewrite_batch(*BatchView::parse(bytes), {.renumber = true});
  ASSERT_TRUE(rewritten);
  EXPECT_EQ(records_of(*rewritten), some_records(3));
  EXPECT_EQ(BatchView::parse(*rewritten)->last_offset_delta(), 2);
}

TEST(Rewrite, KeepsWhatIsChosenWhereItWas) {
  const Bytes bytes = make_batch(some_records(5), {.compression = {.codec = Codec::gzip},
                                                   .producer_id = ProducerId(1),
                                                   .producer_epoch = 2,
                                                   .base_sequence = 3,
                                                   .base_offset = Offset(500)});
  const auto original = BatchView::parse(bytes);
  const auto rewritten = rewrite_batch(
      *original, {.keep = [](const RecordView& record) { return record.offset_delta == 2; },
                  .delete_horizon_ms = 1'800'000'000'000});
  ASSERT_TRUE(rewritten) << rewritten.error().message();
  const auto batch = BatchView::parse(*rewritten);
  EXPECT_TRUE(batch->crc_matches());
  EXPECT_EQ(batch->delete_horizon_ms(), 1'800'000'000'000);
  EXPECT_EQ(batch->base_offset(), Offset(500));
  EXPECT_EQ(batch->last_offset(), Offset(504));
  EXPECT_EQ(batch->last_sequence(), 7);
  const auto records = records_of(*rewritten);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0], some_records(5)[2]);
}

TEST(Rewrite, EmptyBatchKeepsOffsetsSequencesAndTime) {
  const Bytes bytes = make_batch(some_records(5), {.compression = {.codec = Codec::gzip},
                                                   .is_transactional = true,
                                                   .producer_id = ProducerId(1),
                                                   .producer_epoch = 2,
                                                   .base_sequence = 3,
                                                   .base_offset = Offset(500),
                                                   .leader_epoch = LeaderEpoch(4)});
  const auto original = BatchView::parse(bytes);
  const Bytes emptied = empty_batch(*original);
  EXPECT_EQ(emptied.size(), kBatchHeaderSize);
  const auto batch = BatchView::parse(emptied);
  EXPECT_TRUE(batch->crc_matches());
  EXPECT_EQ(batch->record_count(), 0);
  EXPECT_EQ(batch->last_offset(), Offset(504));
  EXPECT_EQ(batch->last_sequence(), 7);
  EXPECT_EQ(batch->leader_epoch(), LeaderEpoch(4));
  EXPECT_EQ(batch->max_timestamp(), original->max_timestamp());
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_FALSE(batch->is_compressed());
  EXPECT_TRUE(records_of(emptied).empty());
}

TEST(Rewrite, RefusesUnreadableRecordsAndPassesTheLimitOn) {
  const Bytes bytes = make_batch(some_records(50), {.compression = {.codec = Codec::gzip}});
  const auto batch = BatchView::parse(bytes);
  expect_error(rewrite_batch(*batch, {.limits = {.decompressed_size_max = 100}}),
               ErrorCode::message_too_large);
  const Bytes garbage = with_payload(bytes, Bytes(30, std::byte{1}));
  expect_error(rewrite_batch(*BatchView::parse(garbage), {}), ErrorCode::invalid_record);
}

TEST(Patch, OffsetAndEpochLeaveTheChecksumAlone) {
  Bytes bytes = make_batch(some_records(3));
  patch_base_offset(bytes, Offset(123'456'789'012));
  patch_leader_epoch(bytes, LeaderEpoch(77));
  const auto batch = BatchView::parse(bytes);
  EXPECT_EQ(batch->base_offset(), Offset(123'456'789'012));
  EXPECT_EQ(batch->leader_epoch(), LeaderEpoch(77));
  EXPECT_TRUE(batch->crc_matches());
}

TEST(Patch, MaxTimestampAndTypeComeWithANewChecksum) {
  Bytes bytes = make_batch(some_records(3), {.is_transactional = true});
  patch_max_timestamp(bytes, TimestampType::log_append_time, 99);
  const auto batch = BatchView::parse(bytes);
  EXPECT_EQ(batch->timestamp_type(), TimestampType::log_append_time);
  EXPECT_EQ(batch->max_timestamp(), 99);
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_TRUE(batch->crc_matches());
  patch_max_timestamp(bytes, TimestampType::create_time, 98);
  EXPECT_EQ(batch->timestamp_type(), TimestampType::create_time);
  EXPECT_TRUE(batch->crc_matches());
}

TEST(Patch, MakesTheChecksumRight) {
  Bytes bytes = make_batch(some_records(3));
  bytes.back() ^= std::byte{1};
  ASSERT_FALSE(BatchView::parse(bytes)->crc_matches());
  patch_crc(bytes);
  EXPECT_TRUE(BatchView::parse(bytes)->crc_matches());
}

}  // namespace
}  // namespace millrace::record::testing
