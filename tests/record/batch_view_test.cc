#include "record/batch_view.h"

#include <limits>

#include "record/batches.h"

namespace millrace::record::testing {
namespace {

constexpr int32_t kLargest = std::numeric_limits<int32_t>::max();

TEST(BatchView, NamesEveryHeaderField) {
  const Bytes bytes = make_batch(some_records(20), {.timestamp_type = TimestampType::create_time,
                                                    .is_transactional = true,
                                                    .producer_id = ProducerId(4711),
                                                    .producer_epoch = 3,
                                                    .base_sequence = 17,
                                                    .base_offset = Offset(1'000'000'000'000),
                                                    .leader_epoch = LeaderEpoch(7)});
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->base_offset(), Offset(1'000'000'000'000));
  EXPECT_EQ(batch->last_offset(), Offset(1'000'000'000'019));
  EXPECT_EQ(batch->next_offset(), Offset(1'000'000'000'020));
  EXPECT_EQ(batch->size(), bytes.size());
  EXPECT_EQ(batch->leader_epoch(), LeaderEpoch(7));
  EXPECT_TRUE(batch->crc_matches());
  EXPECT_EQ(batch->codec(), Codec::none);
  EXPECT_FALSE(batch->is_compressed());
  EXPECT_EQ(batch->timestamp_type(), TimestampType::create_time);
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_FALSE(batch->is_control());
  EXPECT_FALSE(batch->delete_horizon_ms());
  EXPECT_EQ(batch->base_timestamp(), 1'700'000'000'000);
  EXPECT_EQ(batch->max_timestamp(), 1'700'000'000'018);
  EXPECT_EQ(batch->producer_id(), ProducerId(4711));
  EXPECT_TRUE(batch->has_producer_id());
  EXPECT_EQ(batch->producer_epoch(), 3);
  EXPECT_EQ(batch->base_sequence(), 17);
  EXPECT_EQ(batch->last_sequence(), 36);
  EXPECT_EQ(batch->record_count(), 20);
  EXPECT_EQ(batch->payload().size(), bytes.size() - 61);
}

TEST(BatchView, IsOnlyTheFirstBatchOfItsBytes) {
  Bytes bytes = make_batch(some_records(3));
  const size_t size = bytes.size();
  const Bytes second = make_batch(some_records(5));
  bytes.insert(bytes.end(), second.begin(), second.end());
  const auto batch = BatchView::parse(bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->size(), size);
  EXPECT_TRUE(batch->crc_matches());
}

TEST(BatchView, CutShortAnywhereIsCorrupt) {
  const Bytes bytes = make_batch(some_records(2));
  for (size_t size = 0; size < bytes.size(); ++size) {
    expect_error(BatchView::parse(ByteView(bytes).first(size)), ErrorCode::corrupt_message);
  }
}

TEST(BatchHeader, NeedsOnlyTheHeadersBytes) {
  const Bytes bytes = make_batch(some_records(2));
  EXPECT_TRUE(BatchHeader::parse(ByteView(bytes).first(61)));
  expect_error(BatchHeader::parse(ByteView(bytes).first(60)), ErrorCode::corrupt_message);
}

TEST(BatchHeader, RefusesImpossibleLengths) {
  Bytes bytes = make_batch(some_records(2));
  for (const int32_t length : {-1, std::numeric_limits<int32_t>::min(), 0, 48}) {
    store_be(bytes.data() + HeaderLayout::kLength, length);
    expect_error(BatchHeader::parse(bytes), ErrorCode::corrupt_message);
  }
  store_be(bytes.data() + HeaderLayout::kLength, kLargest);
  expect_error(BatchView::parse(bytes), ErrorCode::corrupt_message);
}

TEST(BatchHeader, RefusesEveryMagicButTwo) {
  Bytes bytes = make_batch(some_records(2));
  for (int magic = -128; magic < 128; ++magic) {
    bytes[HeaderLayout::kMagic] = static_cast<std::byte>(magic);
    EXPECT_EQ(BatchHeader::parse(bytes).has_value(), magic == 2) << magic;
  }
}

TEST(BatchHeader, OffsetsBeyond64BitsAnswerTheLargest) {
  Bytes bytes = make_batch(some_records(2), {.base_offset = Offset(INT64_MAX)});
  const auto batch = BatchHeader::parse(bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->last_offset(), Offset(INT64_MAX));
  EXPECT_EQ(batch->next_offset(), Offset(INT64_MAX));
}

TEST(BatchHeader, CodecNumbersNobodyDefinedHaveNoCodec) {
  for (int16_t number = 0; number < 8; ++number) {
    const Bytes bytes = with_field(make_batch(some_records(1)), HeaderLayout::kAttributes, number);
    EXPECT_EQ(BatchView::parse(bytes)->codec().has_value(), number < 5) << number;
  }
}

TEST(BatchHeader, TheDeleteHorizonStandsInTheBaseTimestamp) {
  const Bytes bytes = with_field(make_batch(some_records(1)), HeaderLayout::kAttributes,
                                 AttributeBits::kDeleteHorizon);
  EXPECT_EQ(BatchView::parse(bytes)->delete_horizon_ms(), 1'700'000'000'000);
}

TEST(BatchView, EachFlippedBitBehindTheChecksumBreaksIt) {
  const Bytes bytes = make_batch(some_records(2));
  for (size_t at = HeaderLayout::kAttributes; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = bytes;
      flipped[at] ^= static_cast<std::byte>(1 << bit);
      const auto batch = BatchView::parse(flipped);
      ASSERT_TRUE(batch);
      ASSERT_FALSE(batch->crc_matches()) << "byte " << at << " bit " << bit;
      expect_error(batch->check_crc(), ErrorCode::corrupt_message);
    }
  }
}

TEST(BatchView, OffsetAndLeaderEpochLieOutsideTheChecksum) {
  Bytes bytes = make_batch(some_records(2));
  store_be<int64_t>(bytes.data() + HeaderLayout::kBaseOffset, 99);
  store_be<int32_t>(bytes.data() + HeaderLayout::kLeaderEpoch, 99);
  EXPECT_TRUE(BatchView::parse(bytes)->check_crc());
}

TEST(Sequence, WrapsFromTheLargestNumberToZero) {
  EXPECT_EQ(advance_sequence(0, 5), 5);
  EXPECT_EQ(advance_sequence(kLargest - 1, 1), kLargest);
  EXPECT_EQ(advance_sequence(kLargest, 1), 0);
  EXPECT_EQ(advance_sequence(kLargest, 3), 2);
}

TEST(Sequence, OfABatchWithoutOneIsNone) {
  EXPECT_EQ(BatchView::parse(make_batch(some_records(5)))->last_sequence(), -1);
}

}  // namespace
}  // namespace millrace::record::testing
