// Which log is compacted when, how fast, and what the rest of the broker notices.
#include "broker/log_cleaner.h"

#include "base/log.h"
#include "base/text.h"
#include "broker/harness.h"
#include "storage/checkpoints.h"
#include "storage/partition_log.h"

namespace millrace::broker {
namespace {

using Values = std::vector<std::string>;

class LogCleanerTest : public BrokerTest {
 protected:
  LogCleanerTest() { log::set_level(log::Level::off); }

  /// A compacted topic with segments of one batch each.
  TopicPtr create_compacted(const std::string& name, ConfigValues configs = {}) {
    configs.emplace("cleanup.policy", "compact");
    configs.emplace("internal.segment.bytes", "100");
    return create(name, configs);
  }
  /// All have the key "key".
  void write(const std::string& topic, int count) {
    for (int i = 0; i < count; ++i) produce(topic, {.values = {std::to_string(i)}});
  }
  bool clean() {
    return broker().log_cleaner().clean_dirtiest([](Milliseconds) { return true; });
  }
  Offset cleaned_up_to(const std::string& topic) {
    const auto read = storage::read_offset_checkpoint(*fs_, "data/cleaner-offset-checkpoint");
    EXPECT_TRUE(read);
    const auto found = read->find({topic, PartitionId(0)});
    return found == read->end() ? Offset(-1) : found->second;
  }
};

TEST_F(LogCleanerTest, CompactsWhatIsDirtyAndNotesHowFarItGot) {
  create_compacted("t");
  write("t", 10);
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")), (Values{"8", "9"}));
  EXPECT_EQ(cleaned_up_to("t"), Offset(9));
  EXPECT_FALSE(clean()) << "nothing is dirty";
}

TEST_F(LogCleanerTest, CountsWhatWentInAndWhatCameOut) {
  create_compacted("t");
  write("t", 10);
  const int64_t bytes = partition("t").size_bytes();
  EXPECT_TRUE(clean());
  const CleanerMetrics& metrics = broker().log_cleaner().metrics();
  EXPECT_EQ(metrics.rounds.value(), 1);
  EXPECT_EQ(metrics.failures.value(), 0);
  EXPECT_EQ(bytes - partition("t").size_bytes(),
            metrics.bytes_before.value() - metrics.bytes_after.value());
  EXPECT_EQ(metrics.records_before.value() - metrics.records_after.value(), 8);
}

TEST_F(LogCleanerTest, GoesOnAfterARestartWhereItWas) {
  create_compacted("t");
  write("t", 10);
  EXPECT_TRUE(clean());
  for (const bool clean_end : {true, false}) {
    if (clean_end) {
      restart();
    } else {
      crash();
    }
    EXPECT_EQ(read_all(partition("t")), (Values{"8", "9"}));
    EXPECT_FALSE(clean());
  }
}

TEST_F(LogCleanerTest, OnlyCompactedTopics) {
  create("t", {{"internal.segment.bytes", "100"}});
  write("t", 10);
  EXPECT_FALSE(clean());
  ASSERT_EQ(alter("t", "cleanup.policy", "compact"), ErrorCode::none);
  EXPECT_TRUE(clean());
}

TEST_F(LogCleanerTest, TheDirtiestFirst) {
  create_compacted("mostly-clean");
  create_compacted("dirty");
  write("mostly-clean", 2);
  for (int i = 0; i < 10; ++i) {
    const Bytes batch = [&] {
      record::BatchBuilder builder;
      builder.add_text(clock_.wall_ms(), cat("key", i), "x");
      return *builder.build();
    }();
    partition("mostly-clean").append({.records = batch}, [](const ProduceOutcome&) {});
  }
  EXPECT_TRUE(clean());
  const Offset cleaned = cleaned_up_to("mostly-clean");
  write("mostly-clean", 15);
  write("dirty", 3);
  EXPECT_TRUE(clean());
  EXPECT_EQ(cleaned_up_to("mostly-clean"), cleaned);
  EXPECT_EQ(cleaned_up_to("dirty"), Offset(2));
  EXPECT_TRUE(clean());
  EXPECT_GT(cleaned_up_to("mostly-clean"), cleaned);
}

TEST_F(LogCleanerTest, DirtyRatioIsHeededUntilTheLagIsOver) {
  create_compacted("t", {{"min.cleanable.dirty.ratio", "1"}});
  write("t", 10);
  EXPECT_FALSE(clean()) << "more than all is never dirty";
  ASSERT_EQ(alter("t", "max.compaction.lag.ms", "60000"), ErrorCode::none);
  EXPECT_FALSE(clean());
  pass(std::chrono::seconds(61));
  EXPECT_TRUE(clean());
  ASSERT_EQ(alter("t", "max.compaction.lag.ms", std::nullopt), ErrorCode::none);
  write("t", 10);
  EXPECT_FALSE(clean());
  ASSERT_EQ(alter("t", "min.cleanable.dirty.ratio", "0.1"), ErrorCode::none);
  EXPECT_TRUE(clean());
}

TEST_F(LogCleanerTest, MaxCompactionLagEndsSegments) {
  create("t", {{"cleanup.policy", "compact"}, {"max.compaction.lag.ms", "60000"}});
  produce("t", {.values = {"a"}});
  pass(std::chrono::seconds(61));
  produce("t", {.values = {"b"}});
  EXPECT_EQ(partition("t").log()->segment_count(), 2U);
  pass(std::chrono::seconds(61));
  produce("t", {.values = {"c"}});
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")), (Values{"b", "c"}));
}

TEST_F(LogCleanerTest, TopicsThatAreNotSyncedAreMadeDurableFirst) {
  create_compacted("t", {{"millrace.durability", "os"}});
  write("t", 10);
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")), (Values{"8", "9"}));
  EXPECT_EQ(values_after_power_loss(1, "t").back(), "9");
}

TEST_F(LogCleanerTest, RestsAsTheRateAsks) {
  create_compacted("t");
  ASSERT_TRUE(broker().alter_config(
      "",
      std::vector<ConfigChange>{{.name = "log.cleaner.io.max.bytes.per.second", .value = "1000"}}));
  write("t", 100);
  int64_t rested_ms = 0;
  const SteadyTime before = clock_.steady_now();
  EXPECT_TRUE(broker().log_cleaner().clean_dirtiest([&](Milliseconds time) {
    rested_ms += time.count();
    clock_.advance(time);
    return true;
  }));
  // All is read twice; of each segment a header is written.
  const int64_t read_twice = 2 * 100 * 70;
  const int64_t headers = 100 * 61;
  EXPECT_GE(rested_ms, read_twice);
  EXPECT_LE(rested_ms, read_twice + headers + 1000);
  EXPECT_EQ(clock_.steady_now() - before, Milliseconds(rested_ms));
}

TEST_F(LogCleanerTest, StopsInTheMiddle) {
  create_compacted("t");
  write("t", 20);
  EXPECT_TRUE(broker().log_cleaner().clean_dirtiest([](Milliseconds) { return false; }));
  EXPECT_EQ(read_all(partition("t")).size(), 20U);
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")).size(), 2U);
}

TEST_F(LogCleanerTest, DeletedTopicEndsItsCleaning) {
  create_compacted("t");
  write("t", 20);
  bool deleted = false;
  broker().log_cleaner().clean_dirtiest([&](Milliseconds) {
    if (!std::exchange(deleted, true)) {
      EXPECT_TRUE(catalog().remove("t"));
      create_compacted("t");
      produce("t", {.values = {"new"}});
    }
    return true;
  });
  EXPECT_EQ(read_all(partition("t")), Values{"new"});
  restart();
  EXPECT_EQ(read_all(partition("t")), Values{"new"});
}

TEST_F(LogCleanerTest, NewTopicIsNotTakenForTheDeletedOneOfItsName) {
  create_compacted("t");
  write("t", 20);
  EXPECT_TRUE(clean());
  ASSERT_TRUE(catalog().remove("t"));
  create_compacted("t");
  write("t", 30);
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")).size(), 2U);
}

TEST_F(LogCleanerTest, LogThatCannotBeCleanedIsLeftAndTheOthersGoOn) {
  create_compacted("damaged");
  create_compacted("good");
  write("damaged", 20);
  write("good", 10);
  const auto file = *fs_->open("data/damaged-0/00000000000000000003.log", io::OpenMode::read_write);
  ASSERT_TRUE(file->write_at(Position(69), as_bytes("?")));
  EXPECT_TRUE(clean());
  EXPECT_TRUE(clean());
  EXPECT_FALSE(clean());
  EXPECT_EQ(read_all(partition("good")).size(), 2U);
  pass(std::chrono::hours(1));
  EXPECT_FALSE(clean());
}

TEST_F(LogCleanerTest, FullDiskIsTriedAgainLater) {
  create_compacted("t");
  write("t", 20);
  fs_->set_lasting_fault(io::Fault::disk_full);
  EXPECT_TRUE(clean());
  EXPECT_FALSE(clean());
  fs_->set_lasting_fault(io::Fault::none);
  EXPECT_EQ(read_all(partition("t")).size(), 20U);
  pass(std::chrono::minutes(11));
  EXPECT_TRUE(clean());
  EXPECT_EQ(read_all(partition("t")).size(), 2U);
}

TEST_F(LogCleanerTest, CanBeSwitchedOff) {
  restart({{"log.cleaner.enable", "false"}});
  create_compacted("t");
  write("t", 10);
  EXPECT_FALSE(clean());
}

}  // namespace
}  // namespace millrace::broker
