// A broker whose disk fails as ordered: docs/guarantees.md, "When the disk fails".
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/text.h"
#include "millrace/client_error.h"
#include "millrace/testing_gtest.h"

namespace millrace {
namespace {

using Kind = testing::DiskFault::Kind;

/// Its files outlive the broker.
class DiskFaults : public testing::BrokerTest {
 protected:
  DiskFaults() : BrokerTest({.dir = fresh_dir()}) {}
  static void TearDownTestSuite() { fresh_dir(); }

  Topic topic() { return broker().ensure_topic({.name = "t", .partitions = 2}).value(); }
  static ErrorCode error_of(const Result<int64_t>& appended) {
    return appended ? ErrorCode::none : *appended.error().kafka_code();
  }
  static size_t count_in(const Topic& topic) { return topic.read(0, {})->size(); }

 private:
  static std::string fresh_dir() {
    std::string dir = ::testing::TempDir() + cat("/disk_faults.", getpid());
    std::filesystem::remove_all(dir);
    return dir;
  }
};

TEST_F(DiskFaults, APartitionThatCannotSyncIsOfflineAndTheOthersGoOn) {
  Topic log = topic();
  ASSERT_TRUE(log.append(0, {.value = "synced"}));
  faults().add({.kind = Kind::sync_fails, .path_contains = "t-0/"});
  EXPECT_EQ(error_of(log.append(0, {.value = "lost"})), ErrorCode::kafka_storage_error);
  EXPECT_EQ(faults().met(), 1);
  EXPECT_EQ(error_of(log.append(0, {.value = "later"})), ErrorCode::kafka_storage_error);
  EXPECT_EQ(error_of(log.append(0, {.value = "later"}, Acks::leader)),
            ErrorCode::kafka_storage_error);
  EXPECT_TRUE(log.append(1, {.value = "on another one"}));

  reopen();
  ASSERT_EQ(broker().recovery_report().size(), 1U) << "what was cut is told";
  EXPECT_NE(broker().recovery_report().front().find("t-0"), std::string::npos);
  Topic after = topic();
  EXPECT_EQ(count_in(after), 1U);
  EXPECT_EQ(after.append(0, {.value = "again"}).value(), 1);
}

TEST_F(DiskFaults, AProducerIsToldThatItsBatchIsNotDurable) {
  const Topic log = topic();
  Producer producer = broker().producer({.retries = 0}).value();
  faults().add({.kind = Kind::sync_fails, .path_contains = "t-0/"});
  const auto sent = producer.send({.topic = "t", .value = "x", .partition = 0}).get();
  ASSERT_FALSE(sent);
  // It may be there after all: what was written and not synced is neither.
  EXPECT_TRUE(sent.error().is(ClientErrc::disconnected));
  EXPECT_NE(sent.error().message().find("KAFKA_STORAGE_ERROR"), std::string::npos);
  EXPECT_TRUE(producer.send({.topic = "t", .value = "x", .partition = 1}).get());
}

TEST_F(DiskFaults, APartitionThatCannotWriteIsOffline) {
  Topic log = topic();
  ASSERT_TRUE(log.append(0, {.value = "kept"}));
  faults().add({.kind = Kind::write_fails, .path_contains = "t-0/"});
  EXPECT_EQ(error_of(log.append(0, {.value = "x"})), ErrorCode::kafka_storage_error);
  EXPECT_EQ(error_of(log.append(0, {.value = "x"})), ErrorCode::kafka_storage_error);
  EXPECT_TRUE(log.append(1, {.value = "x"}));
  reopen();
  EXPECT_EQ(count_in(topic()), 1U);
}

TEST_F(DiskFaults, AFullDiskRefusesWritesAndServesReadsUntilThereIsRoom) {
  Topic log = topic();
  ASSERT_TRUE(log.append(0, {.value = "before"}));
  faults().add({.kind = Kind::disk_full, .count = 0});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(error_of(log.append(0, {.value = "x"})), ErrorCode::kafka_storage_error);
  }
  EXPECT_EQ(count_in(log), 1U);
  EXPECT_FALSE(broker().ensure_topic({.name = "another"}));
  EXPECT_GE(faults().met(), 4);
  faults().clear();
  EXPECT_EQ(log.append(0, {.value = "after"}).value(), 1) << "without a restart";
  EXPECT_TRUE(broker().ensure_topic({.name = "another"}));
  EXPECT_EQ(count_in(log), 2U);
}

TEST_F(DiskFaults, AProducerWaitsForRoom) {
  const Topic log = topic();
  Producer producer = broker().producer().value();
  faults().add({.kind = Kind::disk_full, .path_contains = "t-0/", .count = 3});
  const auto sent = producer.send({.topic = "t", .value = "x", .partition = 0});
  ASSERT_TRUE(producer.flush(milliseconds(0)).error().is(ClientErrc::timed_out));
  EXPECT_FALSE(sent.ready());
  advance(std::chrono::seconds(10));
  ASSERT_TRUE(sent.ready());
  EXPECT_EQ(sent.get()->offset, 0);
  EXPECT_EQ(faults().met(), 3);
  EXPECT_EQ(count_in(log), 1U);
}

TEST_F(DiskFaults, OnlySoManyCallsAfterSoManyOnTheFilesThatAreMeant) {
  Topic log = topic();
  faults().add({.kind = Kind::disk_full, .path_contains = "t-1/", .count = 1, .after = 2});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(log.append(0, {.value = "x"}));
  std::vector<bool> taken;
  for (int i = 0; i < 5; ++i) taken.push_back(log.append(1, {.value = "x"}).has_value());
  EXPECT_EQ(std::ranges::count(taken, false), 1);
  EXPECT_EQ(faults().met(), 1);
}

// ---- In memory the same files fail ------------------------------------------------------------

using DiskFaultsInMemory = testing::BrokerTest;

TEST_F(DiskFaultsInMemory, ASyncFailsThere) {
  Topic log = broker().ensure_topic({.name = "t"}).value();
  faults().add({.kind = Kind::sync_fails, .path_contains = "t-0/"});
  EXPECT_FALSE(log.append(0, {.value = "x"}));
  EXPECT_FALSE(log.append(0, {.value = "x"}));
}

TEST(Faults, AreNotToBeHadInProduction) {
  auto broker = Broker::open({.dir = std::string(in_memory)});
  const auto faults = broker->faults();
  ASSERT_FALSE(faults);
  EXPECT_TRUE(faults.error().is(ClientErrc::not_allowed));
}

TEST(Faults, AreWithoutEffectOnceTheBrokerIsClosed) {
  std::optional<testing::Faults> faults;
  {
    auto broker = Broker::open({.dir = std::string(in_memory), .allow_faults = true});
    faults = broker->faults().value();
    ASSERT_TRUE(broker->close());
  }
  faults->add({}, {.error = ErrorCode::unknown_server_error});
  faults->add({.kind = Kind::disk_full});
  EXPECT_EQ(faults->met(), 0);
  faults->clear();
}

}  // namespace
}  // namespace millrace
