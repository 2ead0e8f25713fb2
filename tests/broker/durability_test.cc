// The four levels of millrace.durability, each against a killed process and a lost power supply.
// docs/guarantees.md is what these tests check.
#include <algorithm>

#include "broker/harness.h"

namespace millrace::broker {
namespace {

constexpr uint64_t kImages = 64;
using Values = std::vector<std::string>;

class DurabilityTest : public BrokerTest {
 protected:
  /// How many disks that the power may leave now show exactly these values.
  uint64_t images_with(const std::string& topic, const Values& values) {
    uint64_t count = 0;
    for (uint64_t seed = 0; seed < kImages; ++seed) {
      if (values_after_power_loss(seed, topic) == values) ++count;
    }
    return count;
  }
  /// Syncs of the topic's log files from now on.
  void count_syncs(const std::string& topic) {
    fs_->set_hook([this, topic](const io::FaultyCall& call) {
      const bool log = call.path.find(topic + "-0/") != std::string_view::npos;
      if (call.name == "sync" && log && call.path.ends_with(".log")) ++syncs_;
      return io::Fault::none;
    });
  }

  int syncs_ = 0;
};

TEST_F(DurabilityTest, DiskKeepsEveryAcksAllRecordThroughPowerLoss) {
  create("t", {{"millrace.durability", "disk"}});
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(produce("t", {.values = {"v" + std::to_string(i)}}).error, ErrorCode::none);
  }
  EXPECT_EQ(images_with("t", {"v0", "v1", "v2"}), kImages);
}

TEST_F(DurabilityTest, DiskIsTheDefault) {
  create("t");
  ASSERT_EQ(produce("t", {.values = {"v"}}).error, ErrorCode::none);
  EXPECT_EQ(images_with("t", {"v"}), kImages);
}

TEST_F(DurabilityTest, DiskKeepsAcksAllRecordsBehindUnsyncedAcksOneRecords) {
  create("t");
  produce("t", {.values = {"one"}, .acks = 1});
  produce("t", {.values = {"all"}, .acks = -1});
  EXPECT_EQ(images_with("t", {"one", "all"}), kImages);
}

TEST_F(DurabilityTest, FlushAnswersBeforeTheSyncAndSyncsWithinItsTime) {
  create("t", {{"millrace.durability", "flush:200"}});
  count_syncs("t");
  ASSERT_EQ(produce("t", {.values = {"v"}}).error, ErrorCode::none);
  EXPECT_EQ(syncs_, 0);
  EXPECT_LT(images_with("t", {"v"}), kImages) << "no image loses what was never synced";
  pass(Milliseconds(200));
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(images_with("t", {"v"}), kImages);
}

TEST_F(DurabilityTest, FlushSyncsAgainForWhatComesLater) {
  create("t", {{"millrace.durability", "flush:200"}});
  produce("t", {.values = {"a"}});
  pass(Milliseconds(200));
  produce("t", {.values = {"b"}});
  pass(Milliseconds(200));
  EXPECT_EQ(images_with("t", {"a", "b"}), kImages);
}

TEST_F(DurabilityTest, FlushSurvivesAKilledProcessAtOnce) {
  create("t", {{"millrace.durability", "flush:200"}});
  produce("t", {.values = {"v"}});
  crash();
  EXPECT_EQ(read_all(partition("t")), Values{"v"});
}

TEST_F(DurabilityTest, OsSurvivesAKilledProcessAndPromisesNothingAboutPower) {
  create("t", {{"millrace.durability", "os"}});
  count_syncs("t");
  ASSERT_EQ(produce("t", {.values = {"v"}}).error, ErrorCode::none);
  pass(std::chrono::hours(1));
  EXPECT_EQ(syncs_, 0);
  EXPECT_LT(images_with("t", {"v"}), kImages);
  crash();
  EXPECT_EQ(read_all(partition("t")), Values{"v"});
}

TEST_F(DurabilityTest, AcksOneOnDiskSurvivesAKilledProcess) {
  create("t");
  count_syncs("t");
  ASSERT_EQ(produce("t", {.values = {"v"}, .acks = 1}).error, ErrorCode::none);
  EXPECT_EQ(syncs_, 0);
  crash();
  EXPECT_EQ(read_all(partition("t")), Values{"v"});
}

TEST_F(DurabilityTest, MemoryWritesNoFileAndStartsEmptyAgain) {
  create("t", {{"millrace.durability", "memory"}});
  produce("t", {.values = {"v"}});
  EXPECT_EQ(read_all(partition("t")), Values{"v"});
  const auto listed = fs_->list(kDir);
  ASSERT_TRUE(listed);
  EXPECT_TRUE(std::ranges::none_of(*listed, [](const auto& e) { return e.name == "t-0"; }));
  restart();
  EXPECT_EQ(read_all(partition("t")), Values{});
  EXPECT_EQ(produce("t").error, ErrorCode::none);
}

TEST_F(DurabilityTest, MemoryIsChosenWhenATopicIsMadeAndForEver) {
  create("files");
  create("memory", {{"millrace.durability", "memory"}});
  EXPECT_EQ(alter("files", "millrace.durability", "memory"), ErrorCode::invalid_config);
  EXPECT_EQ(alter("memory", "millrace.durability", "disk"), ErrorCode::invalid_config);
  EXPECT_EQ(alter("memory", "millrace.durability", std::nullopt), ErrorCode::invalid_config);
  EXPECT_EQ(alter("files", "millrace.durability", "os"), ErrorCode::none);
}

TEST_F(DurabilityTest, ATopicMadeInMemoryStaysThereWhenTheBrokersDefaultChanges) {
  restart({{"millrace.durability", "memory"}});
  create("t");
  restart({{"millrace.durability", "disk"}});
  produce("t", {.values = {"v"}});
  const auto listed = fs_->list(kDir);
  EXPECT_TRUE(std::ranges::none_of(*listed, [](const auto& e) { return e.name == "t-0"; }));
}

TEST_F(DurabilityTest, ALevelAlteredToDiskCountsFromTheNextRecord) {
  create("t", {{"millrace.durability", "os"}});
  produce("t", {.values = {"a"}});
  ASSERT_EQ(alter("t", "millrace.durability", "disk"), ErrorCode::none);
  produce("t", {.values = {"b"}});
  EXPECT_EQ(images_with("t", {"a", "b"}), kImages);
}

TEST_F(DurabilityTest, ATopicIsThereAfterPowerLossOnceItsCreationWasAnswered) {
  create("t", {{"retention.ms", "12345"}}, 3);
  for (uint64_t seed = 0; seed < kImages; ++seed) {
    SCOPED_TRACE(seed);
    const auto id = catalog().find("t")->id;
    lose_power(seed);
    const auto found = catalog().find("t");
    ASSERT_TRUE(found != nullptr);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->partition_count(), 3);
    EXPECT_EQ(found->config.at("retention.ms"), "12345");
  }
}

TEST_F(DurabilityTest, EveryUncleanStartAppendsUnderANewLeaderEpoch) {
  create("t");
  EXPECT_EQ(partition("t").leader_epoch(), LeaderEpoch(0));
  restart();
  EXPECT_EQ(partition("t").leader_epoch(), LeaderEpoch(0));
  crash();
  EXPECT_EQ(partition("t").leader_epoch(), LeaderEpoch(1));
  lose_power(1);
  EXPECT_EQ(partition("t").leader_epoch(), LeaderEpoch(2));
}

}  // namespace
}  // namespace millrace::broker
