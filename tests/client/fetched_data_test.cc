// Records of one partition's answer, batch by batch.
#include "client/consumer/fetched_data.h"

#include <gtest/gtest.h>

#include "client/scripted_partitions.h"

namespace millrace::client {
namespace {

using Values = std::vector<std::string>;

const std::shared_ptr<const TopicPartition> kName =
    std::make_shared<const TopicPartition>(TopicPartition{.topic = "t", .partition = 3});

FetchedData data_of(Bytes bytes, int64_t from = 0, FetchedData::Terms terms = {}) {
  io::Chunks chunks;
  chunks.emplace_back(SharedBytes(std::move(bytes)));
  return {std::move(chunks), {}, {.offset = from}, terms};
}

Values values_of(const FetchedRecords& records) {
  Values values;
  for (const ConsumerRecord& record : records.records) values.emplace_back(*record.value());
  return values;
}

/// All at once; what is wrong goes to `outcome`.
Values read_all(FetchedData& data, Result<void>& outcome) {
  FetchedRecords records;
  outcome = data.open();
  if (outcome) outcome = data.read(records, kName, 100);
  return values_of(records);
}

TEST(FetchedData, RecordsBelowThePositionAreSkipped) {
  FetchedData data = data_of(batch_of(10, {"10", "11", "12"}) + batch_of(13, {"13"}), 12);
  Result<void> outcome;
  EXPECT_EQ(read_all(data, outcome), (Values{"12", "13"}));
  EXPECT_TRUE(outcome);
  EXPECT_TRUE(data.is_at_end());
  EXPECT_EQ(data.next(), (Position{.offset = 14, .leader_epoch = 5}));
  EXPECT_EQ(data.end(), data.next());
}

TEST(FetchedData, IsReadInPieces) {
  const record::Compression gzip{.codec = record::Codec::gzip};
  FetchedData data = data_of(batch_of(0, {"0", "1", "2"}, {.compression = gzip}) +
                             batch_of(3, {"3"}) + batch_of(4, {"4", "5"}));
  ASSERT_TRUE(data.open());
  EXPECT_EQ(data.end().offset, 6);
  Values values;
  for (int64_t next = 2; next <= 6; next += 2) {
    FetchedRecords records;
    ASSERT_TRUE(data.read(records, kName, 2));
    EXPECT_EQ(records.records.size(), 2U);
    EXPECT_EQ(records.next_offsets.at(*kName).offset, next);
    EXPECT_EQ(data.is_at_end(), next == 6);
    for (std::string& value : values_of(records)) values.push_back(std::move(value));
  }
  EXPECT_EQ(values, (Values{"0", "1", "2", "3", "4", "5"}));
}

TEST(FetchedData, ABatchThatIsCutOffIsLeftForTheNextFetch) {
  for (const size_t cut : {size_t{1}, size_t{20}, batch_of(1, {"b"}).size() - 1}) {
    Bytes bytes = batch_of(0, {"a"}) + batch_of(1, {"b"});
    bytes.resize(bytes.size() - cut);
    FetchedData data = data_of(std::move(bytes));
    Result<void> outcome;
    EXPECT_EQ(read_all(data, outcome), Values{"a"}) << cut;
    EXPECT_TRUE(outcome) << cut;
    EXPECT_TRUE(data.is_at_end()) << cut;
    EXPECT_EQ(data.end().offset, 1) << cut;
  }
}

TEST(FetchedData, ChunksFollowEachOther) {
  io::Chunks chunks;
  chunks.emplace_back(SharedBytes(batch_of(0, {"a"})));
  chunks.emplace_back(SharedBytes(batch_of(1, {"b"})));
  FetchedData data(std::move(chunks), {}, {.offset = 0}, {});
  Result<void> outcome;
  EXPECT_EQ(read_all(data, outcome), (Values{"a", "b"}));
  EXPECT_EQ(data.next().offset, 2);
}

TEST(FetchedData, UncompressedRecordsAreViewsOfTheAnswer) {
  Bytes bytes = batch_of(0, {"a"});
  const SharedBytes shared(std::move(bytes));
  io::Chunks chunks;
  chunks.emplace_back(shared);
  FetchedData data(std::move(chunks), {}, {.offset = 0}, {});
  FetchedRecords records;
  ASSERT_TRUE(data.open());
  ASSERT_TRUE(data.read(records, kName, 1));
  const char* const value = records.records.at(0).value()->data();
  const auto* const first = reinterpret_cast<const char*>(shared.view().data());
  EXPECT_TRUE(value >= first && value < first + shared.size());
}

TEST(FetchedData, StopsInFrontOfADamagedBatch) {
  Bytes damaged = batch_of(1, {"b"});
  damaged.back() ^= std::byte{1};
  FetchedData data = data_of(batch_of(0, {"a"}) + damaged + batch_of(2, {"c"}));
  Result<void> outcome;
  EXPECT_EQ(read_all(data, outcome), Values{"a"});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(ErrorCode::corrupt_message));
  EXPECT_EQ(data.next().offset, 1);
  EXPECT_FALSE(data.is_at_end());
}

TEST(FetchedData, RecordsThatCannotBeReadAreDamageToo) {
  // A count that is one too high, with the right checksum.
  Bytes wrong = batch_of(0, {"a"});
  store_be<int32_t>(wrong.data() + record::HeaderLayout::kRecordCount, 2);
  store_be<uint32_t>(wrong.data() + record::HeaderLayout::kCrc,
                     record::BatchView::parse(wrong)->computed_crc());
  FetchedData data = data_of(std::move(wrong));
  Result<void> outcome;
  EXPECT_EQ(read_all(data, outcome), Values{"a"});
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(ErrorCode::corrupt_message)) << outcome.error().to_string();
}

TEST(FetchedData, ABatchWhoseMagicIsUnknownIsDamage) {
  Bytes wrong = batch_of(0, {"a"});
  wrong[record::HeaderLayout::kMagic] = std::byte{9};
  FetchedData data = data_of(std::move(wrong));
  const auto opened = data.open();
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(ErrorCode::corrupt_message));
}

}  // namespace
}  // namespace millrace::client
