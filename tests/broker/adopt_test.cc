#include "broker/adopt.h"

#include <gtest/gtest.h>

#include "broker/local_metadata_store.h"
#include "broker/metadata_records.h"
#include "io/memory_file_system.h"
#include "storage/checkpoints.h"

namespace millrace::broker {
namespace {

/// A stopped Kafka's directory in memory, and ours.
class Adopt : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs_.create_directories("kafka"));
    write("kafka/.kafka_cleanshutdown", "{}");
    add_partition("orders-0", orders_);
    add_partition("orders-1", orders_);
    add_partition("__cluster_metadata-0", Uuid::random());
    add_partition("__consumer_offsets-0", offsets_);
  }
  void write(const std::string& path, std::string_view text) {
    const auto file = fs_.open(path, io::OpenMode::truncate);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(Position(0), as_bytes(text)));
  }
  std::string read(const std::string& path) {
    const auto bytes = io::read_file(fs_, path, 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "(none)";
  }
  void add_partition(const std::string& name, const Uuid& id) {
    ASSERT_TRUE(fs_.create_directories("kafka/" + name));
    write("kafka/" + name + "/00000000000000000000.log", "records of " + name);
    ASSERT_TRUE(
        storage::write_partition_metadata(fs_, "kafka/" + name + "/partition.metadata", id));
  }
  Result<std::vector<AdoptedTopic>> adopt(AdoptOptions options = {}) {
    options.from = "kafka";
    options.data_dir = "ours";
    return adopt_topics(fs_, clock_, options);
  }
  /// The topic as the next start finds it.
  std::optional<TopicRecord> entered(const std::string& topic) {
    const auto store = LocalMetadataStore::open(fs_, "ours/millrace.meta");
    EXPECT_TRUE(store);
    const auto entry = (*store)->get(topic_key(topic));
    if (!entry) return std::nullopt;
    return *decode_topic(entry->value);
  }

  io::MemoryFileSystem fs_;
  ManualClock clock_;
  const Uuid orders_ = Uuid::random();
  const Uuid offsets_ = Uuid::random();
};

TEST_F(Adopt, TakesTopicsWithIdsPartitionsAndFiles) {
  const auto adopted = adopt();
  ASSERT_TRUE(adopted) << adopted.error().message();
  ASSERT_EQ(adopted->size(), 2U);
  EXPECT_EQ(entered("orders")->id, orders_);
  EXPECT_EQ(entered("orders")->partition_count, 2);
  EXPECT_EQ(entered("__consumer_offsets")->partition_count, 1);
  EXPECT_FALSE(entered("__cluster_metadata"));
  EXPECT_EQ(read("ours/orders-1/00000000000000000000.log"), "records of orders-1");
  EXPECT_EQ(read("kafka/orders-1/00000000000000000000.log"), "records of orders-1");
}

TEST_F(Adopt, MovingLeavesNothingBehind) {
  ASSERT_TRUE(adopt({.move = true}));
  EXPECT_EQ(read("ours/orders-0/00000000000000000000.log"), "records of orders-0");
  EXPECT_FALSE(*fs_.exists("kafka/orders-0/00000000000000000000.log"));
}

TEST_F(Adopt, ConfigIsAsGivenAndInternalTopicsKeepTheirOwn) {
  ASSERT_TRUE(adopt({.config = {{"retention.ms", "1"}, {"segment.ms", "2"}},
                     .topic_config = {{"orders", {{"segment.ms", "3"}}}}}));
  EXPECT_EQ(entered("orders")->config, (ConfigValues{{"retention.ms", "1"}, {"segment.ms", "3"}}));
  EXPECT_EQ(entered("__consumer_offsets")->config.at("cleanup.policy"), "compact");
  EXPECT_FALSE(entered("__consumer_offsets")->config.contains("retention.ms"));
}

TEST_F(Adopt, LogStartsComeAlongBesideOursThatStay) {
  const storage::TopicPartition orders{.topic = "orders", .partition = PartitionId(1)};
  const storage::TopicPartition other{.topic = "other", .partition = PartitionId(0)};
  ASSERT_TRUE(storage::write_offset_checkpoint(fs_, "kafka/log-start-offset-checkpoint",
                                               {{orders, Offset(42)}}));
  ASSERT_TRUE(fs_.create_directories("ours"));
  ASSERT_TRUE(storage::write_offset_checkpoint(fs_, "ours/log-start-offset-checkpoint",
                                               {{other, Offset(7)}}));
  ASSERT_TRUE(adopt());
  const auto starts = storage::read_offset_checkpoint(fs_, "ours/log-start-offset-checkpoint");
  EXPECT_EQ(*starts, (storage::OffsetsByPartition{{orders, Offset(42)}, {other, Offset(7)}}));
}

TEST_F(Adopt, ACheckpointThatKafkaNeverFilledHoldsNothingAndABrokenOneIsTold) {
  write("kafka/log-start-offset-checkpoint", "nonsense");
  const auto refused = adopt();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("log-start-offset-checkpoint"), std::string::npos);
  write("kafka/log-start-offset-checkpoint", "");
  EXPECT_TRUE(adopt());
}

TEST_F(Adopt, OnlyTheTopicsAskedFor) {
  ASSERT_TRUE(adopt({.topics = {"orders"}}));
  EXPECT_FALSE(entered("__consumer_offsets"));
  EXPECT_TRUE(adopt({.topics = {"nosuch"}}).error().is(ErrorCode::unknown_topic_or_partition));
}

TEST_F(Adopt, AKafkaThatDidNotStopCleanlyIsRefusedUnlessAllowed) {
  ASSERT_TRUE(fs_.remove("kafka/.kafka_cleanshutdown"));
  ASSERT_FALSE(adopt());
  EXPECT_FALSE(*fs_.exists("ours/orders-0/00000000000000000000.log"));
  EXPECT_TRUE(adopt({.allow_unclean = true}));
}

TEST_F(Adopt, AnUncleanKafkaMakesOurNextStartAnUncleanOne) {
  ASSERT_TRUE(fs_.remove("kafka/.kafka_cleanshutdown"));
  ASSERT_TRUE(fs_.create_directories("ours"));
  write("ours/.kafka_cleanshutdown", "{}");
  ASSERT_TRUE(adopt({.allow_unclean = true}));
  EXPECT_FALSE(*fs_.exists("ours/.kafka_cleanshutdown"));
}

TEST_F(Adopt, AMissingPartitionIsTold) {
  add_partition("gaps-0", offsets_);
  add_partition("gaps-2", offsets_);
  const auto adopted = adopt();
  ASSERT_FALSE(adopted);
  EXPECT_NE(adopted.error().message().find("gaps-1 is missing"), std::string::npos);
}

TEST_F(Adopt, PartitionsOfTwoTopicsOfOneNameAreRefused) {
  add_partition("orders-2", Uuid::random());
  EXPECT_FALSE(adopt());
}

TEST_F(Adopt, ATopicThatIsThereAlreadyIsRefusedAndNothingChanges) {
  ASSERT_TRUE(adopt({.topics = {"orders"}}));
  const auto again = adopt();
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(ErrorCode::topic_already_exists));
  EXPECT_FALSE(entered("__consumer_offsets"));
}

TEST_F(Adopt, AnAttemptThatBrokeOffCanBeRepeated) {
  ASSERT_TRUE(fs_.create_directories("ours/orders-0"));
  ASSERT_TRUE(storage::write_partition_metadata(fs_, "ours/orders-0/partition.metadata", orders_));
  write("ours/orders-0/00000000000000000000.log", "records of orders-0");
  ASSERT_TRUE(fs_.create_directories("ours/orders-1.adopting"));
  write("ours/orders-1.adopting/00000000000000000000.log", "half");
  ASSERT_TRUE(adopt());
  EXPECT_EQ(read("ours/orders-1/00000000000000000000.log"), "records of orders-1");
}

TEST_F(Adopt, AStrangersDirectoryIsNotOverwritten) {
  ASSERT_TRUE(fs_.create_directories("ours/orders-0"));
  write("ours/orders-0/00000000000000000000.log", "precious");
  EXPECT_FALSE(adopt());
  EXPECT_EQ(read("ours/orders-0/00000000000000000000.log"), "precious");
}

TEST_F(Adopt, WrongConfigurationIsRefusedFirst) {
  EXPECT_TRUE(adopt({.config = {{"nonsense", "1"}}}).error().is(ErrorCode::invalid_config));
  EXPECT_TRUE(adopt({.config = {{"retention.ms", "x"}}}).error().is(ErrorCode::invalid_config));
  EXPECT_FALSE(*fs_.exists("ours/meta.properties"));
}

}  // namespace
}  // namespace millrace::broker
