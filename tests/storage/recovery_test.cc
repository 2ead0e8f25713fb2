// What a log is after a clean end, after a crash, and after damage.
#include <gtest/gtest.h>

#include "io/read_chunks.h"
#include "record/batch_view.h"
#include "storage/checkpoints.h"
#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

class Recovery : public LogTest {
 protected:
  Recovery() {
    config.segment_bytes = 2000;
    config.index_interval_bytes = 200;
    start();
  }
  int64_t size_of(const std::string& path) { return static_cast<int64_t>(contents(path).size()); }
  /// All segments' bases, ascending.
  std::vector<int64_t> bases() {
    std::vector<int64_t> all;
    for (const std::string& file : files_ending(".log")) all.push_back(std::stoll(file));
    return all;
  }
};

TEST_F(Recovery, CleanEndKeepsEverythingAndTheLeaderEpoch) {
  append_numbers(100);
  restart();
  EXPECT_TRUE(directory->report().clean);
  EXPECT_FALSE(recovery().unclean);
  EXPECT_TRUE(recovery().rebuilt.empty());
  EXPECT_EQ(log->leader_epoch(), LeaderEpoch(0));
  EXPECT_EQ(log->topic_id(), topic_id);
  EXPECT_EQ(values(), numbers(100));
  append_numbers(50, 100);
  EXPECT_EQ(values(), numbers(150));
}

TEST_F(Recovery, CleanEndIsBelievedOnce) {
  append_numbers(3);
  restart();
  restart_after_kill();
  EXPECT_FALSE(directory->report().clean);
  EXPECT_TRUE(recovery().unclean);
}

TEST_F(Recovery, ProcessCrashLosesNothingAndBeginsALeaderEpoch) {
  append_numbers(100);
  restart_after_kill();
  EXPECT_FALSE(directory->report().clean);
  EXPECT_EQ(values(), numbers(100));
  EXPECT_EQ(log->leader_epoch(), LeaderEpoch(1));
  EXPECT_EQ(log->epoch_end_offset(LeaderEpoch(0)).end_offset, Offset(100));
  append_numbers(10, 100);
  EXPECT_EQ(log->epoch_of(Offset(99)), LeaderEpoch(0));
  EXPECT_EQ(log->epoch_of(Offset(100)), LeaderEpoch(1));
  EXPECT_EQ(values(), numbers(110));
}

TEST_F(Recovery, TornBatchAtTheEndIsCut) {
  append_numbers(50);
  const int64_t base = bases().back();
  const std::string path = path_of(base, ".log");
  kill();
  cut_file(path, size_of(path) - 1);
  start();
  EXPECT_EQ(values(), numbers(49));
  ASSERT_EQ(recovery().cuts.size(), 1U);
  EXPECT_EQ(recovery().cuts[0].next_offset, Offset(49));
  EXPECT_TRUE(recovery().quarantined.empty());
  append_numbers(1, 49);
  EXPECT_EQ(values(), numbers(50));
}

TEST_F(Recovery, ZerosBehindTheEndAreCut) {
  append_numbers(5);
  const std::string path = path_of(0, ".log");
  kill();
  Bytes bytes = contents(path);
  bytes.resize(bytes.size() + 5000);
  overwrite(path, bytes);
  start();
  EXPECT_EQ(values(), numbers(5));
  EXPECT_EQ(recovery().cuts.at(0).size, 5000);
}

TEST_F(Recovery, LastBatchWithAWrongChecksumIsCutWhereItWasNotDurable) {
  append_numbers(5);
  const std::string path = path_of(0, ".log");
  kill();
  flip_byte(path, size_of(path) - 2);
  start();
  EXPECT_EQ(values(), numbers(4));
  EXPECT_EQ(recovery().cuts.size(), 1U);
}

TEST_F(Recovery, LastBatchWithAWrongChecksumIsSetAsideWhereItWasDurable) {
  append_numbers(5);
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  const std::string path = path_of(0, ".log");
  kill();
  flip_byte(path, size_of(path) - 2);
  start();
  EXPECT_TRUE(recovery().cuts.empty());
  ASSERT_EQ(recovery().quarantined.size(), 1U);
  EXPECT_EQ(recovery().quarantined[0].first_offset, Offset(4));
  EXPECT_EQ(recovery().quarantined[0].next_offset, Offset(5));
  EXPECT_TRUE(exists("data/orders-0/" + recovery().quarantined[0].side_file));
  EXPECT_EQ(log->log_end_offset(), Offset(5)) << "durable offsets are not given again";
  append_numbers(1, 5);
  EXPECT_EQ(offsets(), (std::vector<int64_t>{0, 1, 2, 3, 5}));
}

TEST_F(Recovery, DamageInFrontOfGoodBatchesIsSetAsideAndTheyStay) {
  append_numbers(10);
  const std::string path = path_of(0, ".log");
  const int64_t batch_size = size_of(path) / 10;
  kill();
  flip_byte(path, 4 * batch_size + 65);
  start();
  EXPECT_EQ(offsets(), (std::vector<int64_t>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
  ASSERT_EQ(recovery().quarantined.size(), 1U);
  EXPECT_EQ(recovery().quarantined[0].size, batch_size);
  EXPECT_EQ(bases(), (std::vector<int64_t>{0, 5})) << "what follows is a segment of its own";
  // Once mended it stays so.
  restart_after_kill();
  EXPECT_TRUE(recovery().quarantined.empty());
  EXPECT_EQ(offsets().size(), 9U);
}

TEST_F(Recovery, DamageAtTheVeryFrontKeepsTheLogStart) {
  append_numbers(10);
  kill();
  flip_byte(path_of(0, ".log"), 65);
  start();
  EXPECT_EQ(log->log_start_offset(), Offset(0));
  EXPECT_EQ(offsets().front(), 1);
  EXPECT_EQ(offsets().size(), 9U);
}

TEST_F(Recovery, DamageOfTheWholeFirstSegmentKeepsTheLogStart) {
  append_numbers(100);
  const auto segments = bases();
  kill();
  overwrite(path_of(0, ".log"), Bytes(contents(path_of(0, ".log")).size(), std::byte{0x5a}));
  start();
  EXPECT_EQ(log->log_start_offset(), Offset(0));
  EXPECT_EQ(offsets().front(), segments[1]);
  EXPECT_EQ(recovery().quarantined.at(0).next_offset, Offset(segments[1]));
  EXPECT_EQ(values(segments[1]).back(), "99");
}

TEST_F(Recovery, DamageInASealedSegmentLeavesTheOthersWhole) {
  append_numbers(100);
  const auto segments = bases();
  ASSERT_GE(segments.size(), 3U);
  kill();
  const std::string path = path_of(segments[1], ".log");
  flip_byte(path, size_of(path) - 1);
  start();
  EXPECT_EQ(values().size(), 99U);
  EXPECT_EQ(recovery().quarantined.at(0).next_offset, Offset(segments[2]));
}

TEST_F(Recovery, SegmentsBelowTheRecoveryPointAreNotReadAgain) {
  append_numbers(100);
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  append_numbers(20, 100);
  const std::string first = path_of(0, ".log");
  kill();
  uint64_t reads = 0;
  fs->set_hook([&](const io::FaultyCall& call) {
    if (call.name == "read" && call.path == first) ++reads;
    return io::Fault::none;
  });
  start();
  EXPECT_EQ(reads, 0U);
  fs->set_hook(nullptr);
  EXPECT_EQ(values(), numbers(120));
}

TEST_F(Recovery, BrokenHeaderBelowTheRecoveryPointIsFoundWhereAnIndexIsMissing) {
  append_numbers(100);
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  kill();
  flip_byte(path_of(0, ".log"), 16);  // the magic byte of the first batch
  ASSERT_TRUE(fs->remove(path_of(0, ".index")));
  start();
  EXPECT_EQ(offsets().size(), 99U);
  EXPECT_EQ(recovery().quarantined.size(), 1U);
  EXPECT_EQ(log->log_end_offset(), Offset(100));
}

TEST_F(Recovery, LostSegmentDoesNotGiveDurableOffsetsAgain) {
  append_numbers(100);
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  const int64_t last = bases().back();
  kill();
  ASSERT_TRUE(fs->remove(path_of(last, ".log")));
  start();
  EXPECT_EQ(log->log_end_offset(), Offset(100));
  ASSERT_EQ(recovery().quarantined.size(), 1U);
  EXPECT_EQ(recovery().quarantined[0].first_offset, Offset(last));
  EXPECT_EQ(values(), numbers(static_cast<int>(last)));
  EXPECT_FALSE(describe(recovery()).empty());
}

TEST_F(Recovery, MissingIndexesAreMadeAnew) {
  append_numbers(100);
  stop();
  const Bytes index = contents(path_of(0, ".index"));
  const Bytes times = contents(path_of(0, ".timeindex"));
  ASSERT_FALSE(index.empty());
  for (const std::string suffix : {".index", ".timeindex"}) {
    for (const std::string& file : files_ending(suffix)) {
      ASSERT_TRUE(fs->remove("data/orders-0/" + file));
    }
  }
  start();
  EXPECT_FALSE(recovery().rebuilt.empty());
  EXPECT_EQ(values(60), numbers(40, 60));
  stop();
  EXPECT_EQ(contents(path_of(0, ".index")), index) << "the same as the first ones";
  EXPECT_EQ(contents(path_of(0, ".timeindex")), times);
}

TEST_F(Recovery, WrongIndexesAreMadeAnew) {
  append_numbers(100);
  stop();
  const Bytes index = contents(path_of(0, ".index"));
  const Bytes garbage(13, std::byte{0x5a});
  for (const std::string suffix : {".index", ".timeindex"}) {
    for (const std::string& file : files_ending(suffix))
      overwrite("data/orders-0/" + file, garbage);
  }
  start();
  for (int from = 0; from < 100; from += 9) EXPECT_EQ(values(from), numbers(100 - from, from));
  EXPECT_EQ((*log->max_timestamp())->offset, Offset(0));
  stop();
  EXPECT_EQ(contents(path_of(0, ".index")), index);
}

TEST_F(Recovery, IndexEntriesThatPointNowhereDoNotMisleadReads) {
  append_numbers(100);
  stop();
  // The last entry stays plausible, so the file is taken; those in front of it lie.
  Bytes index = contents(path_of(0, ".index"));
  ASSERT_GT(index.size(), 16U);
  for (size_t at = 4; at + 8 < index.size(); at += 8) store_be<int32_t>(&index[at], 33);
  overwrite(path_of(0, ".index"), index);
  start();
  for (int from = 0; from < 100; ++from)
    EXPECT_EQ(values(from).size(), 100U - static_cast<size_t>(from));
}

TEST_F(Recovery, IndexEntriesThatPointTooFarDoNotHideRecords) {
  append_numbers(100);
  stop();
  Bytes index = contents(path_of(0, ".index"));
  ASSERT_GT(index.size(), 24U);
  // The first entry says where the last one says: a real batch, but a later one.
  std::copy(index.end() - 4, index.end(), index.begin() + 4);
  overwrite(path_of(0, ".index"), index);
  start();
  for (int from = 0; from < 20; ++from) {
    const auto read =
        log->read(Offset(from), {.bytes_max = 1, .up_to = Offset(100), .at_least_one = true});
    ASSERT_TRUE(read);
    EXPECT_EQ(record::BatchView::parse(*io::read_chunks(read->chunks))->base_offset(),
              Offset(from));
  }
}

TEST_F(Recovery, TimeIndexOfAnotherSegmentIsMadeAnew) {
  append_numbers(100);
  stop();
  const Bytes times = contents(path_of(0, ".timeindex"));
  overwrite(path_of(0, ".timeindex"), Bytes(12, std::byte{0x5a}));
  start();
  EXPECT_FALSE(recovery().rebuilt.empty());
  stop();
  EXPECT_EQ(contents(path_of(0, ".timeindex")), times);
}

TEST_F(Recovery, EpochCheckpointIsMadeAnewFromTheBatches) {
  append_numbers(3);
  ASSERT_TRUE(log->start_epoch(LeaderEpoch(4)));
  append_numbers(3, 3);
  stop();
  overwrite("data/orders-0/leader-epoch-checkpoint", as_bytes("not a checkpoint"));
  start();
  EXPECT_EQ(log->leader_epoch(), LeaderEpoch(4));
  EXPECT_EQ(log->epoch_end_offset(LeaderEpoch(0)).end_offset, Offset(3));
}

TEST_F(Recovery, EmptyDirectoryOfAPartitionIsAnEmptyLog) {
  append_numbers(3);
  stop();
  ASSERT_TRUE(fs->remove_all("data/orders-0"));
  ASSERT_TRUE(fs->create_directories("data/orders-0"));
  ASSERT_TRUE(fs->remove("data/recovery-point-offset-checkpoint"));
  start();
  EXPECT_EQ(log->log_end_offset(), Offset(0));
  EXPECT_EQ(log->topic_id(), topic_id) << "a directory without an id takes the topic's";
  append_numbers(2);
  EXPECT_EQ(values(), numbers(2));
}

TEST_F(Recovery, SyncedRecordsSurviveEveryPowerLoss) {
  append_numbers(30);
  ASSERT_TRUE(log->sync());
  append_numbers(30, 30);
  auto disk = std::move(fs);
  log.reset();
  directory.reset();
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    fs = disk->power_loss(seed);
    start();
    const auto kept = values();
    ASSERT_GE(kept.size(), 30U);
    EXPECT_EQ(std::vector(kept.begin(), kept.begin() + 30), numbers(30));
    ASSERT_TRUE(append({.values = {"next"}}));
    EXPECT_EQ(values().back(), "next");
    kill();
  }
}

}  // namespace
}  // namespace millrace::storage
