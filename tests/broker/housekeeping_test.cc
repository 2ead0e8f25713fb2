// What the broker does by itself, and what it does when the disk does not.
#include "broker/housekeeping.h"

#include "broker/harness.h"
#include "storage/checkpoints.h"

namespace millrace::broker {
namespace {

using Values = std::vector<std::string>;

class HousekeepingTest : public BrokerTest {
 protected:
  /// Segments of one batch each.
  TopicPtr create_small(ConfigValues configs) {
    configs.emplace("internal.segment.bytes", "100");
    return create("t", configs);
  }
};

TEST_F(HousekeepingTest, RetentionByTimeDropsOldSegmentsWhenItsHourHasCome) {
  create_small({{"retention.ms", "3600000"}});
  produce("t", {.values = {"old"}});
  pass(std::chrono::minutes(50));
  produce("t", {.values = {"new"}});
  EXPECT_EQ(partition("t").log_start_offset(), Offset(0));
  pass(std::chrono::minutes(15));
  EXPECT_EQ(read_all(partition("t")), Values{"new"});
  EXPECT_EQ(partition("t").log_start_offset(), Offset(1));
}

TEST_F(HousekeepingTest, RetentionBySizeKeepsTheNewest) {
  create_small({{"retention.bytes", "200"}});
  for (int i = 0; i < 10; ++i) produce("t", {.values = {std::to_string(i)}});
  pass(std::chrono::minutes(6));
  const auto kept = read_all(partition("t"));
  EXPECT_LT(kept.size(), 5U);
  EXPECT_EQ(kept.back(), "9");
}

TEST_F(HousekeepingTest, AnAlteredRetentionCountsAtTheNextLook) {
  create_small({});
  produce("t", {.values = {"a"}});
  pass(std::chrono::minutes(10));
  ASSERT_EQ(alter("t", "retention.ms", "1000"), ErrorCode::none);
  pass(std::chrono::minutes(6));
  EXPECT_EQ(partition("t").log_start_offset(), Offset(1));
}

TEST_F(HousekeepingTest, CompactedTopicsKeepTheirOldSegments) {
  create_small({{"cleanup.policy", "compact"}, {"retention.ms", "1000"}});
  produce("t", {.values = {"a"}});
  pass(std::chrono::hours(1));
  EXPECT_EQ(read_all(partition("t")), Values{"a"});
}

TEST_F(HousekeepingTest, RecoveryPointsAreNotedEveryMinute) {
  create("t");
  produce("t", {.values = {"a", "b"}});
  pass(std::chrono::seconds(90));
  const auto points =
      storage::read_offset_checkpoint(*fs_, "data/recovery-point-offset-checkpoint");
  ASSERT_TRUE(points);
  EXPECT_EQ(points->at({"t", PartitionId(0)}), Offset(2));
}

TEST_F(HousekeepingTest, ATaskComesAgainAndEndsWithItsOwner) {
  int runs = 0;
  {
    Housekeeping housekeeping(clock_, timers_);
    housekeeping.add(
        {.first_after = Milliseconds(10), .interval = Milliseconds(20), .run = [&] { ++runs; }});
    pass(Milliseconds(9));
    EXPECT_EQ(runs, 0);
    pass(Milliseconds(1));
    pass(Milliseconds(20));
    EXPECT_EQ(runs, 2);
  }
  pass(Milliseconds(100));
  EXPECT_EQ(runs, 2);
}

class FullDiskTest : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    create("t");
    ASSERT_EQ(produce("t", {.values = {"before"}}).error, ErrorCode::none);
  }
  /// Whatever needs room fails; what is there can be read, synced and removed.
  void fill_disk(io::Fault fault = io::Fault::disk_full) {
    fs_->set_hook([fault](const io::FaultyCall& call) {
      return call.name == "write" || call.name == "mkdir" ? fault : io::Fault::none;
    });
  }
  void make_room() {
    fs_->set_hook([](const io::FaultyCall&) { return io::Fault::none; });
  }
};

TEST_F(FullDiskTest, WritesAreRefusedReadsAreServedAndItHealsWithRoom) {
  fill_disk();
  EXPECT_EQ(produce("t").error, ErrorCode::kafka_storage_error);
  EXPECT_EQ(read_all(partition("t")), Values{"before"});
  EXPECT_FALSE(partition("t").offline());
  EXPECT_EQ(partition("t").log_end_offset(), Offset(1));
  make_room();
  EXPECT_EQ(produce("t", {.values = {"after"}}).base_offset, Offset(1));
  crash();
  EXPECT_EQ(read_all(partition("t")), (Values{"before", "after"}));
}

TEST_F(FullDiskTest, HalfAWriteLeavesNoTrace) {
  fill_disk(io::Fault::short_write);
  EXPECT_EQ(produce("t").error, ErrorCode::kafka_storage_error);
  make_room();
  EXPECT_EQ(produce("t", {.values = {"after"}}).base_offset, Offset(1));
  crash();
  EXPECT_EQ(read_all(partition("t")), (Values{"before", "after"}));
}

TEST_F(FullDiskTest, ARefusedIdempotentBatchIsTakenWhenItComesAgain) {
  const Produce batch{.values = {"x"}, .sequence = {ProducerId(9), 0, 0}};
  fill_disk();
  EXPECT_EQ(produce("t", batch).error, ErrorCode::kafka_storage_error);
  make_room();
  EXPECT_EQ(produce("t", batch).base_offset, Offset(1));
  EXPECT_EQ(produce("t", batch).base_offset, Offset(1));
  EXPECT_EQ(partition("t").log_end_offset(), Offset(2));
}

TEST_F(FullDiskTest, ASegmentThatCannotRollHealsToo) {
  ASSERT_EQ(alter("t", "internal.segment.bytes", "100"), ErrorCode::none);
  fill_disk();
  EXPECT_EQ(produce("t").error, ErrorCode::kafka_storage_error);
  EXPECT_FALSE(partition("t").offline());
  make_room();
  EXPECT_EQ(produce("t", {.values = {"after"}}).error, ErrorCode::none);
  EXPECT_EQ(read_all(partition("t")), (Values{"before", "after"}));
}

TEST_F(FullDiskTest, TopicsAndValuesAreRefusedAndCanBeMadeLater) {
  fill_disk();
  EXPECT_EQ(code_of(catalog().create({.name = "u"})), ErrorCode::kafka_storage_error);
  EXPECT_EQ(alter("t", "retention.ms", "5"), ErrorCode::kafka_storage_error);
  EXPECT_EQ(catalog().find("u"), nullptr);
  pass(std::chrono::minutes(10));
  make_room();
  create("u");
  EXPECT_EQ(produce("u").error, ErrorCode::none);
  EXPECT_EQ(alter("t", "retention.ms", "5"), ErrorCode::none);
  crash();
  EXPECT_EQ(read_all(partition("u")), Values{"value"});
}

class BrokenPartitionTest : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    create("broken");
    create("fine");
    produce("broken", {.values = {"before"}});
  }
  void break_calls(const std::string& name) {
    fs_->set_hook([name](const io::FaultyCall& call) {
      const bool broken =
          call.path.find("broken-0/") != std::string_view::npos && call.path.ends_with(".log");
      return broken && call.name == name ? io::Fault::io_error : io::Fault::none;
    });
  }
  void mend() {
    fs_->set_hook([](const io::FaultyCall&) { return io::Fault::none; });
  }
};

TEST_F(BrokenPartitionTest, AFailedWriteConcernsItsPartitionAlone) {
  break_calls("write");
  EXPECT_EQ(produce("broken").error, ErrorCode::kafka_storage_error);
  EXPECT_TRUE(partition("broken").offline());
  mend();
  EXPECT_EQ(produce("broken").error, ErrorCode::kafka_storage_error) << "until a restart";
  EXPECT_EQ(produce("fine").error, ErrorCode::none);
  restart();
  EXPECT_EQ(produce("broken", {.values = {"after"}}).error, ErrorCode::none);
  EXPECT_EQ(read_all(partition("broken")), (Values{"before", "after"}));
}

TEST_F(BrokenPartitionTest, NothingThatAFailedSyncDidNotCoverComesBack) {
  produce("broken", {.values = {"written"}, .acks = 1});
  break_calls("sync");
  EXPECT_EQ(produce("broken", {.values = {"lost"}}).error, ErrorCode::kafka_storage_error);
  EXPECT_EQ(produce("fine").error, ErrorCode::none);
  mend();
  const LeaderEpoch before = partition("broken").leader_epoch();
  restart();
  EXPECT_EQ(read_all(partition("broken")), Values{"before"});
  EXPECT_GT(partition("broken").leader_epoch(), before);
  EXPECT_FALSE(broker().recovery_report().empty()) << "the cut is reported";
}

TEST_F(BrokenPartitionTest, APartitionThatCannotBeOpenedIsOfflineAndTheBrokerStarts) {
  broker_.reset();
  break_calls("read");
  start();
  EXPECT_TRUE(partition("broken").offline());
  EXPECT_EQ(produce("broken").error, ErrorCode::kafka_storage_error);
  EXPECT_EQ(partition("broken").high_watermark(), Offset(0));
  EXPECT_EQ(produce("fine").error, ErrorCode::none);
  EXPECT_FALSE(broker().recovery_report().empty());
  mend();
  restart();
  EXPECT_EQ(read_all(partition("broken")), Values{"before"});
}

TEST_F(BrokenPartitionTest, ASecondBrokerOnTheDirectoryIsRefused) {
  Timers timers;
  const auto second = Broker::open({.file_system = fs_.get(),
                                    .dir = kDir,
                                    .clock = &clock_,
                                    .timers = &timers,
                                    .sync_threads = 0});
  EXPECT_FALSE(second);
  EXPECT_EQ(produce("fine").error, ErrorCode::none);
}

}  // namespace
}  // namespace millrace::broker
