// Idempotent producers: sequences, retries, epochs, and what of them survives.
#include <gtest/gtest.h>

#include "storage/log_fixture.h"
#include "storage/producer_snapshot.h"

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;

constexpr ProducerId kId(42);

ProducerBatch written_batch(int32_t sequence, int32_t count, int64_t offset, int16_t epoch = 0) {
  return {.producer_id = kId,
          .epoch = epoch,
          .first_sequence = sequence,
          .last_sequence = sequence_after(sequence, count - 1),
          .base_offset = Offset(offset),
          .last_offset = Offset(offset + count - 1),
          .timestamp = 1000};
}

class Producers : public LogTest {
 protected:
  Producers() { start(); }
  Result<AppendedInfo> send(int32_t sequence, int count = 1, int16_t epoch = 0) {
    return append({.values = std::vector<std::string>(static_cast<size_t>(count), "x"),
                   .producer = kId,
                   .epoch = epoch,
                   .sequence = sequence});
  }
  void expect_duplicate(int32_t sequence, int64_t offset, int count = 1) {
    const auto again = send(sequence, count);
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_TRUE(again->duplicate) << "sequence " << sequence;
    EXPECT_EQ(again->base_offset, Offset(offset));
    EXPECT_EQ(again->last_offset, Offset(offset + count - 1));
  }
};

TEST_F(Producers, RetryIsAnsweredWithTheFirstAttemptsOffsets) {
  ASSERT_TRUE(append());
  ASSERT_TRUE(send(0, 3));
  ASSERT_TRUE(append());
  expect_duplicate(0, 1, 3);
  EXPECT_EQ(log->log_end_offset(), Offset(5));
}

TEST_F(Producers, LastFiveBatchesAreRecognised) {
  for (int32_t i = 0; i < 6; ++i) ASSERT_TRUE(send(i));
  for (int32_t i = 1; i < 6; ++i) expect_duplicate(i, i);
  EXPECT_EQ(code_of(send(0)), ErrorCode::out_of_order_sequence_number);
}

TEST_F(Producers, GapIsRefusedAndLeavesTheLogAsItWas) {
  ASSERT_TRUE(send(0));
  EXPECT_EQ(code_of(send(2)), ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(log->log_end_offset(), Offset(1));
  EXPECT_TRUE(send(1));
}

TEST_F(Producers, BatchThatOnlyOverlapsAKnownOneIsRefused) {
  ASSERT_TRUE(send(0, 3));
  EXPECT_EQ(code_of(send(0, 2)), ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(code_of(send(1, 2)), ErrorCode::out_of_order_sequence_number);
}

TEST_F(Producers, SequenceWrapsToZero) {
  ASSERT_TRUE(send(INT32_MAX - 1, 2));
  ASSERT_TRUE(send(0));
  expect_duplicate(INT32_MAX - 1, 0, 2);
}

TEST_F(Producers, BatchMayWrapInside) {
  ASSERT_TRUE(send(INT32_MAX, 3));
  expect_duplicate(INT32_MAX, 0, 3);
  EXPECT_TRUE(send(2));
}

TEST_F(Producers, UnknownProducerMayStartAnywhere) { EXPECT_TRUE(send(77)); }

TEST_F(Producers, NewEpochStartsAtZeroAndFencesTheOld) {
  ASSERT_TRUE(send(0, 1, 3));
  EXPECT_EQ(code_of(send(1, 1, 4)), ErrorCode::out_of_order_sequence_number);
  ASSERT_TRUE(send(0, 1, 4));
  EXPECT_EQ(code_of(send(1, 1, 3)), ErrorCode::invalid_producer_epoch);
}

TEST_F(Producers, InternalAppendsAreNotChecked) {
  ASSERT_TRUE(send(0));
  const Bytes batch = make_batch({.producer = kId, .epoch = 0, .sequence = 9}, clock.wall_ms());
  EXPECT_TRUE(log->append({.batches = batch, .origin = AppendOrigin::internal}));
}

TEST_F(Producers, WindowSurvivesACleanRestart) {
  for (int32_t i = 0; i < 6; ++i) ASSERT_TRUE(send(i));
  restart();
  for (int32_t i = 1; i < 6; ++i) expect_duplicate(i, i);
  EXPECT_EQ(code_of(send(7)), ErrorCode::out_of_order_sequence_number);
  EXPECT_TRUE(send(6));
}

TEST_F(Producers, WindowSurvivesACrash) {
  for (int32_t i = 0; i < 6; ++i) ASSERT_TRUE(send(i));
  restart_after_kill();
  for (int32_t i = 1; i < 6; ++i) expect_duplicate(i, i);
  EXPECT_EQ(code_of(send(7)), ErrorCode::out_of_order_sequence_number);
}

TEST_F(Producers, WindowSurvivesASegmentThatJustBegan) {
  for (int32_t i = 0; i < 4; ++i) ASSERT_TRUE(send(i));
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(send(4));
  restart();
  for (int32_t i = 0; i < 5; ++i) expect_duplicate(i, i);
}

TEST_F(Producers, AreKnownThoughRetentionRemovedTheirRecords) {
  for (int32_t i = 0; i < 4; ++i) ASSERT_TRUE(send(i));
  ASSERT_TRUE(log->roll());
  ASSERT_TRUE(append());
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  ASSERT_TRUE(log->delete_records(Offset(4)));
  ASSERT_EQ(*log->apply_retention(clock.wall_ms(), Offset(5)), 1U);
  restart_after_kill();
  EXPECT_EQ(code_of(send(5)), ErrorCode::out_of_order_sequence_number);
  EXPECT_TRUE(send(4));
}

TEST_F(Producers, BatchThatDidNotSurviveIsForgotten) {
  ASSERT_TRUE(send(0));
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(send(1));
  ASSERT_TRUE(log->roll());  // its snapshot knows of sequence 1
  const std::string path = path_of(0, ".log");
  const auto size = static_cast<int64_t>(contents(path).size());
  kill();
  cut_file(path, size - 1);
  start();
  const auto again = send(1);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->duplicate);
}

TEST_F(Producers, SilentOnesAreForgottenInTime) {
  config.producer_id_expiration_ms = 1000;
  log->update_config(config);
  ASSERT_TRUE(send(0));
  clock.advance(1000ms);
  log->expire_producers(clock.wall_ms());
  EXPECT_EQ(log->producers().size(), 1U);
  clock.advance(1ms);
  log->expire_producers(clock.wall_ms());
  EXPECT_TRUE(log->producers().empty());
}

TEST_F(Producers, OldRecordsDoNotMakeABusyProducerLookSilentAfterACrash) {
  ASSERT_TRUE(append({.timestamp = 1000, .producer = kId, .epoch = 0, .sequence = 0}));
  restart_after_kill();
  log->expire_producers(clock.wall_ms());
  expect_duplicate(0, 0);
}

TEST_F(Producers, DamagedSnapshotIsReplacedByReplay) {
  for (int32_t i = 0; i < 3; ++i) ASSERT_TRUE(send(i));
  stop();
  flip_byte(path_of(3, ".snapshot"), 12);
  start();
  expect_duplicate(2, 2);
  EXPECT_TRUE(send(3));
}

TEST(ProducerSnapshot, KeepsEachProducersLastBatch) {
  ProducerState state;
  state.update(written_batch(0, 3, 100));
  state.update(written_batch(3, 2, 103));
  const auto back = decode_snapshot(encode_snapshot(state));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), 1U);
  const ProducerEntry entry = back->entries()[0];
  EXPECT_EQ(entry.producer_id, kId);
  EXPECT_EQ(entry.last_sequence(), 4);
  EXPECT_EQ(entry.window[0].base_offset(), Offset(103));
  EXPECT_EQ(entry.last_timestamp, 1000);
}

// As `kafka-dump-log` shows it and Kafka's ProducerStateManager writes it.
TEST(ProducerSnapshot, HasKafkasLayout) {
  ProducerState state;
  state.update(written_batch(5, 2, 10, 1));
  const Bytes bytes = encode_snapshot(state);
  ASSERT_EQ(bytes.size(), 10U + 46U);
  ByteReader in(bytes);
  EXPECT_EQ(in.read<int16_t>(), 1) << "version";
  in.read<uint32_t>();
  EXPECT_EQ(in.read<int32_t>(), 1) << "entries";
  EXPECT_EQ(in.read<int64_t>(), 42) << "producer id";
  EXPECT_EQ(in.read<int16_t>(), 1) << "epoch";
  EXPECT_EQ(in.read<int32_t>(), 6) << "last sequence";
  EXPECT_EQ(in.read<int64_t>(), 11) << "last offset";
  EXPECT_EQ(in.read<int32_t>(), 1) << "offset delta";
  EXPECT_EQ(in.read<int64_t>(), 1000) << "timestamp";
  EXPECT_EQ(in.read<int32_t>(), -1) << "coordinator epoch";
  EXPECT_EQ(in.read<int64_t>(), -1) << "first offset of the open transaction";
  EXPECT_TRUE(in.at_end());
}

TEST(ProducerSnapshot, RefusesEveryChangedByteAndEveryCut) {
  ProducerState state;
  state.update(written_batch(0, 1, 0));
  const Bytes good = encode_snapshot(state);
  for (size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= std::byte{1};
    EXPECT_FALSE(decode_snapshot(bad)) << at;
    EXPECT_FALSE(decode_snapshot(ByteView(good).first(at))) << at;
  }
}

}  // namespace
}  // namespace millrace::storage
