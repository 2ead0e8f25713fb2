// Compaction of one log: what stays, what goes, and what readers notice of it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/text.h"
#include "io/read_chunks.h"
#include "record/record_reader.h"
#include "storage/clean_fixture.h"
#include "storage/segment.h"
#include "storage/transaction_index.h"

namespace millrace::storage {
namespace {

using Texts = std::vector<std::string>;
using enum record::MarkerType;
constexpr ProducerId kAlice(1);
constexpr ProducerId kBob(2);
constexpr PutSpec kAlicesTransaction{.producer = kAlice, .is_transactional = true};

class Clean : public CleanTest {
 protected:
  Clean() { start(); }
  void pass_delete_retention() { clock.advance(Milliseconds(config.delete_retention_ms + 1)); }
  /// A round over everything so far; the first only marks, the last has nothing new to look at, so
  /// something is written in between.
  void clean_all() {
    ASSERT_TRUE(put({{"end", "x"}}));
    seal();
    clean();
  }
};

TEST_F(Clean, KeepsTheLatestRecordOfEachKeyAtItsOffset) {
  ASSERT_TRUE(put({{"a", "1"}, {"b", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  ASSERT_TRUE(put({{"c", "1"}, {"a", "3"}}));
  seal();
  const CleanOutcome outcome = clean();
  EXPECT_TRUE(outcome.completed);
  EXPECT_EQ(outcome.first_dirty, Offset(5));
  EXPECT_EQ(outcome.records_before, 5);
  EXPECT_EQ(outcome.records_after, 3);
  EXPECT_EQ(texts(), (Texts{"b=1", "c=1", "a=3"}));
  EXPECT_EQ(offsets(), (std::vector<int64_t>{1, 3, 4}));
  EXPECT_EQ(log->log_end_offset(), Offset(5));
}

TEST_F(Clean, LeavesTheActiveSegmentAndWhatIsNotDurableAlone) {
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  EXPECT_EQ(cleanable().dirty_bytes, 0);
  ASSERT_TRUE(log->roll());
  EXPECT_EQ(cleanable().dirty_bytes, 0) << "the later record could still be lost";
  ASSERT_TRUE(log->sync());
  EXPECT_EQ(cleanable().end, Offset(2));
}

TEST_F(Clean, WhatIsCleanStaysUntilItsKeyComesAgain) {
  ASSERT_TRUE(put({{"a", "1"}, {"b", "1"}}));
  seal();
  clean();
  ASSERT_TRUE(put({{"b", "2"}}));
  seal();
  EXPECT_EQ(cleanable().first_dirty, Offset(2));
  clean();
  EXPECT_EQ(texts(), (Texts{"a=1", "b=2"}));
}

TEST_F(Clean, MergesSmallSegmentsAndNeverGrowsThemBeyondTheirSize) {
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(put({{cat("key", i % 20), cat("value", i)}}));
  seal();
  const size_t before = log->segment_count();
  clean();
  // The pass wrote small ones, the next puts them together.
  clean_all();
  EXPECT_LT(log->segment_count(), before);
  for (const std::string& file : files_ending(".log")) {
    EXPECT_LE(contents("data/orders-0/" + file).size(), 1000U);
  }
  EXPECT_EQ(seen().size(), 21U);
  check_indexes();
}

TEST_F(Clean, BatchThatLosesNothingStaysByteForByte) {
  ASSERT_TRUE(put({{"a", "1"}, {"b", "1"}}, {.codec = record::Codec::zstd}));
  ASSERT_TRUE(put({{"c", "1"}, {"d", "1"}}));
  seal();
  const auto before = batches();
  clean();
  EXPECT_EQ(batches(), before);
}

TEST_F(Clean, RewrittenBatchKeepsItsHeader) {
  ASSERT_TRUE(put({{"a", "1"}, {"b", "1"}, {"a", "2"}},
                  {.producer = kAlice,
                   .codec = record::Codec::lz4,
                   .timestamp_type = record::TimestampType::log_append_time}));
  ASSERT_TRUE(put({{"b", "2"}}));
  seal();
  const Bytes old = batches().front();
  clean();
  const Bytes now = batches().front();
  const auto before = *record::BatchView::parse(old);
  const auto after = *record::BatchView::parse(now);
  EXPECT_EQ(after.record_count(), 1);
  EXPECT_EQ(after.base_offset(), before.base_offset());
  EXPECT_EQ(after.last_offset(), before.last_offset());
  EXPECT_EQ(after.codec(), record::Codec::lz4);
  EXPECT_EQ(after.base_sequence(), before.base_sequence());
  EXPECT_EQ(after.last_sequence(), before.last_sequence());
  EXPECT_EQ(after.producer_id(), kAlice);
  EXPECT_EQ(after.leader_epoch(), before.leader_epoch());
  EXPECT_EQ(after.timestamp_type(), record::TimestampType::log_append_time);
  EXPECT_EQ(after.max_timestamp(), before.max_timestamp());
}

TEST_F(Clean, TombstoneGoesOnceItsHorizonHasPassed) {
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", std::nullopt}}));
  seal();
  clean();
  EXPECT_EQ(texts(), Texts{"a=null"});
  const auto all = batches();
  EXPECT_EQ(record::BatchView::parse(all.back())->delete_horizon_ms(),
            clock.wall_ms() + config.delete_retention_ms);
  EXPECT_EQ(seen()[0].timestamp, clock.wall_ms()) << "the record's own time stays";
  clock.advance(Milliseconds(config.delete_retention_ms - 1));
  clean_all();
  EXPECT_EQ(texts(), (Texts{"a=null", "end=x"}));
  clock.advance(Milliseconds(1));
  clean_all();
  EXPECT_EQ(texts(), (Texts{"end=x"}));
}

TEST_F(Clean, RecordsWithoutAKeyGo) {
  ASSERT_TRUE(append({.values = {"no key"}}));
  ASSERT_TRUE(put({{"a", "1"}}));
  seal();
  clean();
  EXPECT_EQ(texts(), Texts{"a=1"});
}

TEST_F(Clean, AbortedRecordsGoAndHideNothing) {
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "aborted"}}, kAlicesTransaction));
  ASSERT_TRUE(end(kAlice, abort));
  seal();
  clean();
  EXPECT_EQ(texts(), Texts{"a=1"});
  EXPECT_EQ(texts_of(seen_committed()), Texts{"a=1"});
}

TEST_F(Clean, MarkerStaysUntilItsRecordsAreGoneAndItsHorizonHasPassed) {
  ASSERT_TRUE(put({{"a", "aborted"}}, kAlicesTransaction));
  ASSERT_TRUE(end(kAlice, abort));
  // Something later of the producer's, so that nothing must stay for its sequence.
  ASSERT_TRUE(put({{"a", "1"}}, kAlicesTransaction));
  ASSERT_TRUE(end(kAlice, commit));
  const auto markers = [&] {
    size_t count = 0;
    for (const Bytes& batch : batches()) {
      const auto view = *record::BatchView::parse(batch);
      count += view.is_control() && view.record_count() > 0 ? 1 : 0;
    }
    return count;
  };
  seal();
  clean();
  EXPECT_EQ(markers(), 2U) << "records of the transaction were met";
  EXPECT_EQ(log->aborted_transactions(Offset(0), Offset(99))->size(), 1U);
  clean_all();
  EXPECT_EQ(markers(), 2U) << "its horizon was set";
  EXPECT_EQ(log->aborted_transactions(Offset(0), Offset(99))->size(), 0U);
  pass_delete_retention();
  clean_all();
  EXPECT_EQ(markers(), 1U) << "the committed record is still there";
  EXPECT_EQ(texts_of(seen_committed()), (Texts{"a=1", "end=x"}));
}

TEST_F(Clean, OpenTransactionStopsIt) {
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  seal();
  ASSERT_TRUE(put({{"a", "open"}}, kAlicesTransaction));
  ASSERT_TRUE(put({{"a", "3"}}));
  seal();
  clean();
  EXPECT_EQ(texts(), (Texts{"a=2", "a=open", "a=3"}));
  ASSERT_TRUE(end(kAlice, commit));
  ASSERT_TRUE(put({{"b", "1"}}));
  seal();
  clean();
  EXPECT_EQ(texts(), (Texts{"a=3", "b=1"}));
}

TEST_F(Clean, SequencesSurviveThoughTheirRecordsWent) {
  const PutSpec alice{.producer = kAlice};
  ASSERT_TRUE(put({{"a", "1"}, {"b", "1"}}, alice));
  ASSERT_TRUE(put({{"a", "2"}, {"b", "2"}}));
  seal();
  clean();
  clean_all();
  EXPECT_EQ(texts(), (Texts{"a=2", "b=2", "end=x"}));
  // What a snapshot would tell must come from the batches.
  kill();
  for (const std::string& file : files_ending(".snapshot")) {
    ASSERT_TRUE(fs->remove("data/orders-0/" + file));
  }
  start();
  EXPECT_TRUE(put_again({{"a", "1"}, {"b", "1"}}, alice)->duplicate);
  ++sequences[kAlice];
  EXPECT_EQ(code_of(put({{"a", "9"}}, alice)), ErrorCode::out_of_order_sequence_number);
  --sequences[kAlice];
  EXPECT_TRUE(put({{"a", "3"}}, alice));
}

TEST_F(Clean, ForgottenProducerLeavesNothingBehind) {
  ASSERT_TRUE(put({{"a", "1"}}, {.producer = kAlice}));
  ASSERT_TRUE(put({{"a", "2"}}, {.producer = kBob}));
  ASSERT_TRUE(put({{"a", "3"}}));
  seal();
  clean();
  EXPECT_EQ(batches().size(), 3U);
  clock.advance(Milliseconds(config.producer_id_expiration_ms + 1));
  log->expire_producers(clock.wall_ms());
  clean_all();
  EXPECT_EQ(batches().size(), 2U);
}

TEST_F(Clean, SmallMapTakesSeveralRounds) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(put({{cat("key", i), cat(round)}}));
  }
  seal();
  const int64_t first_bytes = log->size();
  const CleanSpec small{.map = {.bytes_max = 10 * int64_t{OffsetMap::kEntrySize}}};
  int rounds = 0;
  for (; cleaned_up_to < Offset(80) && rounds < 100; ++rounds) {
    const Offset before = cleaned_up_to;
    EXPECT_TRUE(clean(small).completed);
    ASSERT_GT(cleaned_up_to, before) << "every round gets somewhere";
  }
  EXPECT_GT(rounds, 5);
  EXPECT_EQ(seen().size(), 40U);
  EXPECT_LT(log->size(), first_bytes * 2 / 3);
}

TEST_F(Clean, YoungRecordsAreLeftForTheirCompactionLag) {
  config.min_compaction_lag_ms = 10'000;
  log->update_config(config);
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  seal();
  clock.advance(Milliseconds(6000));
  ASSERT_TRUE(put({{"a", "3"}}));
  seal();
  clean();
  EXPECT_EQ(seen().size(), 3U);
  clock.advance(Milliseconds(6000));
  clean();
  EXPECT_EQ(texts(), (Texts{"a=2", "a=3"}));
  clock.advance(Milliseconds(6000));
  clean();
  EXPECT_EQ(texts(), (Texts{"a=3"}));
}

TEST_F(Clean, OldDirtIsOverdue) {
  config.max_compaction_lag_ms = 10'000;
  log->update_config(config);
  ASSERT_TRUE(put({{"a", "1"}}));
  seal();
  EXPECT_FALSE(cleanable().is_overdue);
  clock.advance(Milliseconds(10'001));
  EXPECT_TRUE(cleanable().is_overdue);
  clean();
  EXPECT_FALSE(cleanable().is_overdue);
}

TEST_F(Clean, ReaderOfAnOldSegmentGoesOnUndisturbed) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put({{"a", cat(i)}}));
  seal();
  const auto read =
      log->read(Offset(0), {.bytes_max = 300, .up_to = Offset(30), .at_least_one = true});
  const Bytes before = *io::read_chunks(read->chunks);
  clean();
  EXPECT_EQ(*io::read_chunks(read->chunks), before);
  EXPECT_EQ(texts(), Texts{"a=29"});
}

TEST_F(Clean, CleanedLogIsTheSameAfterEveryKindOfRestart) {
  for (int i = 0; i < 60; ++i) {
    const bool is_aborted = i % 7 == 3;
    const PutSpec spec = i % 3 == 0 ? kAlicesTransaction : PutSpec{};
    ASSERT_TRUE(put({{cat(i % 11), cat(i)}, {cat(i % 5), cat(-i)}}, spec));
    if (spec.is_transactional) {
      ASSERT_TRUE(end(kAlice, is_aborted ? abort : commit));
    }
    clock.advance(Milliseconds(10));
  }
  const auto committed = seen_committed();
  seal();
  clean();
  const auto expected = seen();
  const auto files = files_ending(".log");
  check_indexes();
  for (const bool clean_end : {true, false}) {
    if (clean_end) {
      restart();
    } else {
      restart_after_kill();
    }
    EXPECT_EQ(seen(), expected);
    EXPECT_EQ(files_ending(".log"), files);
    EXPECT_TRUE(files_ending(".swap").empty() && files_ending(".cleaned").empty());
    check_indexes();
  }
  std::map<std::string, SeenRecord> latest;
  for (const SeenRecord& record : committed) latest[*record.key] = record;
  std::map<std::string, SeenRecord> now;
  for (const SeenRecord& record : seen_committed()) now[*record.key] = record;
  EXPECT_EQ(now, latest);
}

TEST_F(Clean, LogKeepsItsStartThoughItsFirstSegmentsAreEmptied) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put({{"a", cat(i)}}));
  seal();
  clean();
  restart();
  EXPECT_EQ(log->log_start_offset(), Offset(0));
  EXPECT_EQ(texts(), Texts{"a=49"});
}

TEST_F(Clean, DeletedRecordsAreNotLookedAt) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put({{cat(i), "x"}}));
  seal();
  ASSERT_TRUE(log->delete_records(Offset(30)));
  clean();
  EXPECT_EQ(log->log_start_offset(), Offset(30));
  EXPECT_EQ(seen().size(), 20U);
  ASSERT_TRUE(log->apply_retention(clock.wall_ms(), log->log_end_offset()));
  EXPECT_EQ(seen().size(), 20U);
}

TEST_F(Clean, RetentionAndCompactionGoTogether) {
  config.retention_ms = 1000;
  log->update_config(config);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put({{cat(i), "old"}}));
  seal();
  clean();
  clock.advance(Milliseconds(2000));
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  seal();
  ASSERT_TRUE(log->apply_retention(clock.wall_ms(), log->log_end_offset()));
  EXPECT_EQ(cleanable().first_dirty, Offset(30));
  clean();
  EXPECT_EQ(texts(), Texts{"a=2"});
}

TEST_F(Clean, SegmentsThatRetentionTookMeanwhileEndTheRound) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put({{cat(i), "x"}}));
  seal();
  bool done = false;
  const auto outcome = try_clean({.on_io = [&](int64_t) {
    if (done || files_ending(".cleaned").empty()) return true;
    done = true;
    EXPECT_TRUE(log->delete_records(Offset(30)));
    EXPECT_TRUE(log->apply_retention(clock.wall_ms(), Offset(30)));
    return true;
  }});
  EXPECT_FALSE(outcome && outcome->completed);
  EXPECT_FALSE(log->is_offline());
  EXPECT_TRUE(files_ending(".cleaned").empty());
  EXPECT_TRUE(seen().empty());
}

TEST_F(Clean, StopsWhenTold) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put({{"a", cat(i)}}));
  seal();
  const CleanOutcome outcome = clean({.on_io = [](int64_t) { return false; }});
  EXPECT_FALSE(outcome.completed);
  EXPECT_EQ(outcome.first_dirty, Offset(0));
  EXPECT_EQ(seen().size(), 30U);
  EXPECT_TRUE(files_ending(".cleaned").empty());
}

TEST_F(Clean, DamagedBatchEndsTheRoundAndStays) {
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  seal();
  const auto file = *fs->open(path_of(0, ".log"), io::OpenMode::read_write);
  ASSERT_TRUE(file->write_at(Position(68), as_bytes("x")));
  EXPECT_EQ(code_of(try_clean()), ErrorCode::corrupt_message);
  EXPECT_FALSE(log->is_offline());
  EXPECT_TRUE(files_ending(".cleaned").empty());
}

TEST_F(Clean, AppendsGoOnWhileItRuns) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(put({{"a", cat(i)}}));
  seal();
  int appended = 0;
  clean({.on_io = [&](int64_t) {
    // As a producer would in the middle of it, over several segments.
    for (int i = 0; i < 10; ++i, ++appended) EXPECT_TRUE(put({{"b", cat(appended)}}));
    return true;
  }});
  ASSERT_GT(appended, 10);
  Texts expected{"a=29"};
  for (int i = 0; i < appended; ++i) expected.push_back(cat("b=", i));
  EXPECT_EQ(texts(), expected);
  restart();
  EXPECT_EQ(texts(), expected);
}

TEST_F(Clean, ReadersAndAppendersOfOtherThreadsNoticeNothing) {
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(put({{cat(i % 20), cat(i)}}));
  std::atomic<bool> ends = false;
  std::thread writer([&] {
    for (int i = 200; !ends && i < 5'000; ++i) {  // what is cleaned does not grow without end
      EXPECT_TRUE(put({{cat(i % 20), cat(i)}}, i % 3 == 0 ? PutSpec{.producer = kBob} : PutSpec{}));
      if (i % 100 == 0) {
        EXPECT_TRUE(log->sync());
      }
    }
  });
  std::thread reader([&] {
    while (!ends) {
      int64_t last = -1;
      for (const SeenRecord& record : seen()) {
        EXPECT_GT(record.offset, last);
        last = record.offset;
      }
      EXPECT_TRUE(log->offset_for_timestamp(clock.wall_ms(), log->log_end_offset()));
      EXPECT_TRUE(log->aborted_transactions(Offset(0), log->log_end_offset()));
    }
  });
  for (int round = 0; round < 30; ++round) clean();
  ends = true;
  writer.join();
  reader.join();
  seal();
  clean();
  EXPECT_GE(seen().size(), 20U);
  check_indexes();
}

TEST_F(Clean, LogInMemoryIsCleanedToo) {
  config.in_memory = true;
  const auto memory = *directory->create({"memory", PartitionId(0)}, Uuid::random(), config);
  log = memory;
  ASSERT_TRUE(put({{"a", "1"}}));
  ASSERT_TRUE(put({{"a", "2"}}));
  seal();
  clean();
  EXPECT_EQ(texts(), Texts{"a=2"});
}

}  // namespace
}  // namespace millrace::storage
