// Appending to a log, reading it by offset, and when it begins a new segment.
#include <gtest/gtest.h>

#include "io/file_system.h"
#include "io/read_chunks.h"
#include "record/batch_view.h"
#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;

class PartitionLogTest : public LogTest {
 protected:
  PartitionLogTest() { start(); }
};

TEST_F(PartitionLogTest, NumbersRecordsFromZeroAndAnswersTheFirstAndLast) {
  const auto first = append({.values = {"a", "b", "c"}});
  const auto second = append({.values = {"d"}});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->base_offset, Offset(0));
  EXPECT_EQ(first->last_offset, Offset(2));
  EXPECT_EQ(second->base_offset, Offset(3));
  EXPECT_EQ(log->log_end_offset(), Offset(4));
  EXPECT_EQ(values(), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(PartitionLogTest, ReadFromInsideABatchAnswersTheWholeBatch) {
  ASSERT_TRUE(append({.values = {"a", "b", "c"}}));
  const auto read = log->read(Offset(2), {.bytes_max = 1 << 20, .up_to = Offset(3)});
  ASSERT_TRUE(read);
  const Bytes bytes = *io::read_chunks(read->chunks);
  EXPECT_EQ(record::BatchView::parse(bytes)->base_offset(), Offset(0));
}

TEST_F(PartitionLogTest, PutsItsLeaderEpochIntoEachBatch) {
  ASSERT_TRUE(log->start_epoch(LeaderEpoch(7)));
  ASSERT_TRUE(append());
  const Bytes bytes = contents(path_of(0, ".log"));
  EXPECT_EQ(record::BatchView::parse(bytes)->leader_epoch(), LeaderEpoch(7));
  EXPECT_TRUE(record::BatchView::parse(bytes)->crc_matches());
}

TEST_F(PartitionLogTest, AppendsSeveralBatchesOfOneRequestAllOrNone) {
  Bytes both = make_batch({.values = {"a", "b"}}, clock.wall_ms());
  const Bytes second = make_batch({.values = {"c"}}, clock.wall_ms());
  both.insert(both.end(), second.begin(), second.end());
  const auto done = log->append({.batches = both, .now_ms = clock.wall_ms()});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->last_offset, Offset(2));
  both.pop_back();
  EXPECT_FALSE(log->append({.batches = both, .now_ms = clock.wall_ms()}));
  EXPECT_EQ(values(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(PartitionLogTest, ReadOutsideTheLogIsOffsetOutOfRange) {
  append_numbers(3);
  const ReadLimits limits{.bytes_max = 100, .up_to = Offset(3)};
  EXPECT_EQ(code_of(log->read(Offset(4), limits)), ErrorCode::offset_out_of_range);
  EXPECT_EQ(code_of(log->read(Offset(-1), limits)), ErrorCode::offset_out_of_range);
  const auto at_end = log->read(Offset(3), limits);
  ASSERT_TRUE(at_end);
  EXPECT_EQ(at_end->size, 0);
}

TEST_F(PartitionLogTest, ReadShowsNothingFromTheLimitOn) {
  append_numbers(10);
  const auto read = log->read(Offset(2), {.bytes_max = 1 << 20, .up_to = Offset(5)});
  ASSERT_TRUE(read);
  int64_t last = -1;
  const Bytes bytes = *io::read_chunks(read->chunks);
  for (ByteView rest = bytes; !rest.empty();) {
    const auto batch = record::BatchView::parse(rest);
    ASSERT_TRUE(batch);
    last = batch->last_offset().value();
    rest = rest.subspan(batch->size());
  }
  EXPECT_EQ(last, 4);
}

TEST_F(PartitionLogTest, ReadOfTooFewBytesAnswersOneWholeBatchOnlyWhereAskedTo) {
  ASSERT_TRUE(append({.values = {std::string(1000, 'x')}}));
  const auto none = log->read(Offset(0), {.bytes_max = 10, .up_to = Offset(1)});
  ASSERT_TRUE(none);
  EXPECT_EQ(none->size, 0);
  const auto one =
      log->read(Offset(0), {.bytes_max = 10, .up_to = Offset(1), .at_least_one = true});
  ASSERT_TRUE(one);
  EXPECT_GT(one->size, 1000);
}

TEST_F(PartitionLogTest, BeginsASegmentWhereTheOldOneWouldExceedSegmentBytes) {
  config.segment_bytes = 500;
  log->update_config(config);
  append_numbers(20);
  EXPECT_GT(log->segment_count(), 2U);
  EXPECT_EQ(values(), numbers(20));
  for (const std::string& file : files_ending(".log")) {
    EXPECT_LE(contents("data/orders-0/" + file).size(), 500U) << file;
  }
}

TEST_F(PartitionLogTest, RefusesMoreThanASegmentHolds) {
  config.segment_bytes = 500;
  log->update_config(config);
  EXPECT_EQ(code_of(append({.values = {std::string(600, 'x')}})), ErrorCode::record_list_too_large);
  EXPECT_EQ(log->log_end_offset(), Offset(0));
}

TEST_F(PartitionLogTest, BeginsASegmentWhenRecordsAreSegmentMsYoungerThanTheFirst) {
  config.segment_ms = 1000;
  log->update_config(config);
  ASSERT_TRUE(append());
  clock.advance(1000ms);
  ASSERT_TRUE(append());
  EXPECT_EQ(log->segment_count(), 1U);
  clock.advance(1ms);
  ASSERT_TRUE(append());
  EXPECT_EQ(log->segment_count(), 2U);
  EXPECT_EQ(log->active_segment_base(), Offset(2));
}

TEST_F(PartitionLogTest, BeginsASegmentWhenAnIndexIsFull) {
  config.index_interval_bytes = 1;
  config.segment_index_bytes = 5 * 8;
  log->update_config(config);
  append_numbers(30);
  EXPECT_GT(log->segment_count(), 3U);
  EXPECT_EQ(values(), numbers(30));
  for (const std::string& file : files_ending(".index")) {
    EXPECT_LE(contents("data/orders-0/" + file).size(), 40U) << file;
  }
  for (const std::string& file : files_ending(".timeindex")) {
    EXPECT_LE(contents("data/orders-0/" + file).size(), 40U) << file;
  }
}

TEST_F(PartitionLogTest, FindsEveryOffsetInEverySegment) {
  config.segment_bytes = 2000;
  config.index_interval_bytes = 200;
  log->update_config(config);
  append_numbers(200);
  for (int from = 0; from < 200; from += 7) {
    EXPECT_EQ(values(from), numbers(200 - from, from)) << "from " << from;
  }
  EXPECT_EQ(values(0, 100), numbers(200)) << "in small pieces";
}

TEST_F(PartitionLogTest, FindsTheFirstRecordWithATimestampNotBelow) {
  config.segment_bytes = 1000;
  config.index_interval_bytes = 100;
  log->update_config(config);
  for (int64_t i = 0; i < 50; ++i) ASSERT_TRUE(append({.timestamp = 1000 + 10 * i}));
  for (int64_t i = 0; i < 50; ++i) {
    const auto found = log->offset_for_timestamp(1000 + 10 * i - 5, Offset(50));
    ASSERT_TRUE(found && *found) << i;
    EXPECT_EQ((*found)->offset, Offset(i));
    EXPECT_EQ((*found)->timestamp, 1000 + 10 * i);
    EXPECT_EQ((*found)->leader_epoch, LeaderEpoch(0));
  }
  EXPECT_FALSE(*log->offset_for_timestamp(1491, Offset(50)));
  EXPECT_FALSE(*log->offset_for_timestamp(1000, Offset(0))) << "nothing below the limit";
}

TEST_F(PartitionLogTest, FindsTimestampsThatDoNotRise) {
  config.index_interval_bytes = 1;
  log->update_config(config);
  for (const int64_t timestamp : {50, 10, 70, 20, 60, 70}) {
    ASSERT_TRUE(append({.timestamp = timestamp}));
  }
  EXPECT_EQ((*log->offset_for_timestamp(55, Offset(6)))->offset, Offset(2));
  EXPECT_EQ((*log->offset_for_timestamp(5, Offset(6)))->offset, Offset(0));
  EXPECT_EQ((*log->max_timestamp())->offset, Offset(2)) << "the first of the youngest";
  EXPECT_EQ((*log->max_timestamp())->timestamp, 70);
}

TEST_F(PartitionLogTest, EmptyLogHasNoYoungestRecord) {
  EXPECT_FALSE(*log->max_timestamp());
  EXPECT_FALSE(*log->offset_for_timestamp(0, Offset(0)));
}

TEST_F(PartitionLogTest, SyncSaysHowFarTheLogIsDurable) {
  append_numbers(3);
  EXPECT_EQ(log->synced_offset(), Offset(0));
  const auto synced = log->sync();
  ASSERT_TRUE(synced);
  EXPECT_EQ(*synced, Offset(3));
  EXPECT_EQ(log->synced_offset(), Offset(3));
}

TEST_F(PartitionLogTest, RealFilesAreAnsweredAsSlicesForSendfile) {
  const std::string path = ::testing::TempDir() + "millrace-slices";
  const auto posix = io::make_posix_file_system();
  ASSERT_TRUE(posix->remove_all(path));
  auto made = PartitionLog::create(*posix, clock,
                                   {.directory = path, .name = name, .config = config}, topic_id);
  ASSERT_TRUE(made) << made.error().to_string();
  log = *made;
  append_numbers(3);
  const auto read = log->read(Offset(1), {.bytes_max = 1 << 20, .up_to = Offset(3)});
  ASSERT_TRUE(read);
  ASSERT_EQ(read->chunks.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<io::FileSlice>(read->chunks[0]));
  EXPECT_EQ(values(), numbers(3));
  ASSERT_TRUE(posix->remove_all(path));
}

}  // namespace
}  // namespace millrace::storage
