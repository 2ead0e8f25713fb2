// The data directory: its lock, its files, partitions made, deleted, found again.
#include "storage/log_directory.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "storage/log_fixture.h"

namespace millrace::storage {
namespace {

class LogDirectoryTest : public LogTest {
 protected:
  std::string text_of(const std::string& path) { return std::string(as_text(contents(path))); }
};

TEST_F(LogDirectoryTest, SecondOpenerIsRefusedUntilTheFirstIsGone) {
  start();
  EXPECT_FALSE(LogDirectory::open(*fs, clock, {.path = "data"}));
  kill();
  EXPECT_TRUE(LogDirectory::open(*fs, clock, {.path = "data"}));
}

TEST_F(LogDirectoryTest, ClusterIdIsMadeOnceAndKept) {
  start();
  const std::string id = directory->cluster_id();
  EXPECT_EQ(id.size(), 22U);
  restart();
  EXPECT_EQ(directory->cluster_id(), id);
  EXPECT_NE(text_of("data/meta.properties").find("cluster.id=" + id), std::string::npos);
  EXPECT_NE(text_of("data/meta.properties").find("version=1"), std::string::npos);
}

TEST_F(LogDirectoryTest, WhatAnUncleanStartHasCheckedIsNotedAtOnce) {
  start();
  append_numbers(3);
  restart_after_kill();
  EXPECT_EQ(text_of("data/recovery-point-offset-checkpoint"), "0\n1\norders 0 3\n");
}

TEST_F(LogDirectoryTest, FilesAtTheTopHaveKafkasFormats) {
  start();
  append_numbers(3);
  ASSERT_TRUE(directory->delete_records(name, Offset(2)));
  EXPECT_EQ(text_of("data/log-start-offset-checkpoint"), "0\n1\norders 0 2\n");
  stop();
  EXPECT_EQ(text_of("data/recovery-point-offset-checkpoint"), "0\n1\norders 0 3\n");
  EXPECT_TRUE(exists("data/.kafka_cleanshutdown"));
  EXPECT_EQ(text_of("data/orders-0/partition.metadata"),
            cat("version: 0\ntopic_id: ", topic_id.to_string()));
  EXPECT_EQ(text_of("data/orders-0/leader-epoch-checkpoint"), "0\n1\n0 0\n");
}

TEST_F(LogDirectoryTest, NewPartitionSurvivesPowerLoss) {
  start();
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto image = fs->power_loss(seed);
    ASSERT_TRUE(*image->exists("data/orders-0/00000000000000000000.log")) << seed;
    ASSERT_TRUE(*image->exists("data/orders-0/partition.metadata")) << seed;
  }
}

TEST_F(LogDirectoryTest, PartitionOfAnotherTopicIdIsNotTaken) {
  start();
  EXPECT_EQ(code_of(directory->create(name, Uuid::random(), config)),
            ErrorCode::inconsistent_topic_id);
  EXPECT_TRUE(directory->create(name, topic_id, config));
}

TEST_F(LogDirectoryTest, DeletedPartitionIsGoneAtOnceAndAfterPowerLoss) {
  start();
  append_numbers(3);
  ASSERT_TRUE(directory->remove(name));
  EXPECT_EQ(directory->find(name), nullptr);
  EXPECT_FALSE(exists("data/orders-0"));
  EXPECT_FALSE(append());
  EXPECT_EQ(code_of(directory->remove(name)), ErrorCode::unknown_topic_or_partition);
  for (uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_FALSE(*fs->power_loss(seed)->exists("data/orders-0")) << seed;
  }
}

TEST_F(LogDirectoryTest, DeletionThatWasInterruptedIsFinishedAtTheNextStart) {
  start();
  stop();
  const std::string deleted = "data/" + deleted_directory_name(name);
  ASSERT_TRUE(fs->rename("data/orders-0", deleted));
  start();
  EXPECT_FALSE(exists(deleted));
  EXPECT_EQ(log->log_end_offset(), Offset(0)) << "a new one was made";
}

TEST_F(LogDirectoryTest, NewPartitionOwesNothingToADeletedOneOfTheSameName) {
  start();
  append_numbers(10);
  ASSERT_TRUE(directory->delete_records(name, Offset(8)));
  ASSERT_TRUE(log->sync());
  ASSERT_TRUE(directory->checkpoint());
  ASSERT_TRUE(directory->remove(name));
  topic_id = Uuid::random();
  log = *directory->create(name, topic_id, config);
  append_numbers(3);
  restart_after_kill();
  EXPECT_EQ(log->log_start_offset(), Offset(0));
  EXPECT_EQ(values(), numbers(3));
}

TEST_F(LogDirectoryTest, UnreadablePartitionFailsAloneAndIsLeftAsItIs) {
  start();
  const TopicPartition other{"other", PartitionId(0)};
  ASSERT_TRUE(directory->create(other, Uuid::random(), config));
  append_numbers(3);
  stop();
  fs->set_hook([](const io::FaultyCall& call) {
    const bool hit = call.name == "open" && call.path.find("orders-0/0") != std::string::npos;
    return hit ? io::Fault::io_error : io::Fault::none;
  });
  directory = *LogDirectory::open(*fs, clock, {.path = "data", .recovery_threads = 1});
  ASSERT_TRUE(directory->load([&](const TopicPartition&) { return config; }));
  fs->set_hook(nullptr);
  ASSERT_EQ(directory->report().failed.size(), 1U);
  EXPECT_EQ(directory->report().failed[0].partition, name);
  EXPECT_NE(directory->find(other), nullptr);
  EXPECT_EQ(code_of(directory->create(name, topic_id, config)), ErrorCode::kafka_storage_error);
  EXPECT_TRUE(directory->close());
  kill();
  start();
  EXPECT_EQ(values(), numbers(3));
}

TEST_F(LogDirectoryTest, PartitionThatFailedToOpenCanBeDeleted) {
  start();
  stop();
  overwrite("data/orders-0/partition.metadata", as_bytes("version: 0\n"));
  directory = *LogDirectory::open(*fs, clock, {.path = "data", .recovery_threads = 1});
  ASSERT_TRUE(directory->load([&](const TopicPartition&) { return config; }));
  ASSERT_EQ(directory->report().failed.size(), 1U);
  ASSERT_TRUE(directory->remove(name));
  EXPECT_FALSE(exists("data/orders-0"));
  EXPECT_TRUE(directory->create(name, topic_id, config));
}

TEST_F(LogDirectoryTest, ManyPartitionsAreRecoveredByManyThreads) {
  start();
  for (int32_t i = 1; i < 20; ++i) {
    log = *directory->create({"orders", PartitionId(i)}, topic_id, config);
    append_numbers(i);
  }
  kill();
  directory = *LogDirectory::open(*fs, clock, {.path = "data", .recovery_threads = 4});
  ASSERT_TRUE(directory->load([&](const TopicPartition&) { return config; }));
  EXPECT_EQ(directory->partitions().size(), 20U);
  for (int32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(directory->find({"orders", PartitionId(i)})->log_end_offset(), Offset(i));
  }
}

TEST_F(LogDirectoryTest, InMemoryPartitionsLeaveNoTrace) {
  start();
  LogConfig in_memory = config;
  in_memory.in_memory = true;
  const TopicPartition volatile_name{"fleeting", PartitionId(0)};
  log = *directory->create(volatile_name, topic_id, in_memory);
  append_numbers(3);
  EXPECT_EQ(*log->sync(), Offset(3));
  EXPECT_EQ(values(), numbers(3));
  EXPECT_FALSE(exists("data/fleeting-0"));
  restart();
  EXPECT_EQ(directory->find(volatile_name), nullptr);
  EXPECT_TRUE(directory->report().clean);
}

TEST_F(LogDirectoryTest, ClosingPartitionsThatWereNeverWrittenSyncsNothingOfThem) {
  start();
  uint64_t syncs = 0;
  fs->set_hook([&](const io::FaultyCall& call) {
    const bool of_partition = call.path.find("orders-0") != std::string::npos;
    if (of_partition && call.name.starts_with("sync")) ++syncs;
    return io::Fault::none;
  });
  EXPECT_TRUE(directory->close());
  fs->set_hook(nullptr);
  EXPECT_EQ(syncs, 0U);
  lose_power(3);
  start();
  EXPECT_TRUE(directory->report().clean);
  append_numbers(2);
  EXPECT_EQ(values(), numbers(2));
}

TEST_F(LogDirectoryTest, KraftControllersLogIsNoTopic) {
  start();
  stop();
  ASSERT_TRUE(fs->create_directories("data/__cluster_metadata-0"));
  start();
  EXPECT_EQ(directory->partitions().size(), 1U);
  EXPECT_TRUE(directory->report().failed.empty());
}

TEST_F(LogDirectoryTest, UnreadableCheckpointOnlyCostsTime) {
  start();
  append_numbers(10);
  ASSERT_TRUE(directory->checkpoint());
  kill();
  overwrite("data/recovery-point-offset-checkpoint", as_bytes("garbage"));
  start();
  EXPECT_EQ(values(), numbers(10));
}

TEST(TopicPartitionNames, AreDirectoryNamesAndBack) {
  const TopicPartition dashes{"a-b-1", PartitionId(12)};
  EXPECT_EQ(directory_name(dashes), "a-b-1-12");
  EXPECT_EQ(parse_directory_name("a-b-1-12"), dashes);
  for (const char* bad : {"", "-", "a", "a-", "-1", "a-01", "a-x", "a-99999999999"}) {
    EXPECT_FALSE(parse_directory_name(bad)) << bad;
  }
}

TEST(TopicPartitionNames, DeletedOnesAreToldApart) {
  const TopicPartition longest{std::string(249, 'x'), PartitionId(3)};
  const std::string deleted = deleted_directory_name(longest);
  EXPECT_EQ(deleted.size(), 255U);
  EXPECT_TRUE(is_deleted_directory_name(deleted));
  EXPECT_FALSE(parse_directory_name(deleted));
  EXPECT_FALSE(is_deleted_directory_name("my-delete"));
  EXPECT_FALSE(is_deleted_directory_name("orders-0.123-delete"));
}

}  // namespace
}  // namespace millrace::storage
