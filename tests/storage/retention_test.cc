// Making a log shorter: retention by time and size, deleted records, truncation.
#include <gtest/gtest.h>

#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;

class Retention : public LogTest {
 protected:
  Retention() {
    config.segment_bytes = 1000;
    config.retention_ms = -1;
    start();
  }
  size_t retain() {
    const auto removed = log->apply_retention(clock.wall_ms(), log->log_end_offset());
    EXPECT_TRUE(removed);
    return removed ? *removed : 0;
  }
};

TEST_F(Retention, KeepsEverythingWithoutLimits) {
  append_numbers(100);
  clock.advance(1000h);
  EXPECT_EQ(retain(), 0U);
  EXPECT_EQ(values(), numbers(100));
}

TEST_F(Retention, RemovesSegmentsWhoseYoungestRecordIsTooOld) {
  append_numbers(30);
  ASSERT_TRUE(log->roll());
  clock.advance(1000ms);
  append_numbers(5, 30);
  config.retention_ms = 999;
  log->update_config(config);
  EXPECT_GE(retain(), 1U);
  EXPECT_EQ(log->log_start_offset(), Offset(30));
  EXPECT_EQ(values(30), numbers(5, 30));
  EXPECT_EQ(code_of(log->read(Offset(29), {.bytes_max = 1, .up_to = Offset(35)})),
            ErrorCode::offset_out_of_range);
}

TEST_F(Retention, RemovesTheActiveSegmentTooAndOffsetsGoOn) {
  append_numbers(30);
  config.retention_ms = 1000;
  log->update_config(config);
  clock.advance(1001ms);
  EXPECT_GE(retain(), 1U);
  EXPECT_EQ(log->log_start_offset(), Offset(30));
  EXPECT_EQ(log->log_end_offset(), Offset(30));
  EXPECT_EQ(log->size(), 0);
  restart_after_kill();
  EXPECT_EQ(log->log_end_offset(), Offset(30));
  EXPECT_EQ(append()->base_offset, Offset(30));
}

TEST_F(Retention, RemovesOldestSegmentsUntilTheRestFitsRetentionBytes) {
  append_numbers(100);
  const int64_t before = log->size();
  config.retention_bytes = 3000;
  log->update_config(config);
  EXPECT_GT(retain(), 0U);
  EXPECT_LT(log->size(), before);
  EXPECT_GE(log->size(), 3000) << "never below the limit";
  EXPECT_LT(log->size(), 4000);
  const int start = static_cast<int>(log->log_start_offset().value());
  EXPECT_EQ(values(start), numbers(100 - start, start));
}

TEST_F(Retention, KeepsWhatReadersHaveNotBeenShownYet) {
  append_numbers(100);
  config.retention_bytes = 0;
  log->update_config(config);
  EXPECT_EQ(*log->apply_retention(clock.wall_ms(), Offset(5)), 0U);
  EXPECT_EQ(log->log_start_offset(), Offset(0));
}

TEST_F(Retention, LeavesCompactedTopicsAlone) {
  append_numbers(100);
  config.retention_bytes = 0;
  config.delete_old_segments = false;
  log->update_config(config);
  EXPECT_EQ(retain(), 0U);
}

TEST_F(Retention, RemovedSegmentsLeaveNoFiles) {
  append_numbers(100);
  config.retention_bytes = 0;
  log->update_config(config);
  retain();
  EXPECT_EQ(files_ending(".log").size(), 1U);
  EXPECT_LE(files_ending(".index").size(), 1U);
  EXPECT_LE(files_ending(".timeindex").size(), 1U);
  EXPECT_LE(files_ending(".snapshot").size(), 1U);
}

TEST_F(Retention, SyncAfterRemovalSucceeds) {
  append_numbers(100);
  config.retention_bytes = 0;
  log->update_config(config);
  retain();
  EXPECT_TRUE(log->sync());
  EXPECT_EQ(log->synced_offset(), Offset(100));
}

TEST_F(Retention, DeletedRecordsStayDeletedAcrossACrash) {
  append_numbers(100);
  ASSERT_TRUE(log->sync());
  const auto start_offset = directory->delete_records(name, Offset(42));
  ASSERT_TRUE(start_offset);
  EXPECT_EQ(*start_offset, Offset(42));
  EXPECT_EQ(values(42), numbers(58, 42));
  lose_power(1);
  start();
  EXPECT_EQ(log->log_start_offset(), Offset(42));
  EXPECT_EQ(values(42), numbers(58, 42));
  retain();
  EXPECT_EQ(values(42), numbers(58, 42)) << "a segment goes when all of it is deleted";
  restart();
  EXPECT_EQ(log->log_start_offset(), Offset(42));
}

TEST_F(Retention, DeletingRecordsNeverMovesTheStartBack) {
  append_numbers(10);
  ASSERT_TRUE(directory->delete_records(name, Offset(5)));
  EXPECT_EQ(*directory->delete_records(name, Offset(3)), Offset(5));
  EXPECT_EQ(code_of(directory->delete_records(name, Offset(11))), ErrorCode::offset_out_of_range);
  EXPECT_EQ(*directory->delete_records(name, Offset(10)), Offset(10));
}

}  // namespace
}  // namespace millrace::storage
