// A consumer of a broker that is driven by hand, of one that closes, and of one that is opened
// again.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <thread>

#include "millrace/broker.h"
#include "millrace/client_error.h"
#include "polled_values.h"

namespace millrace::embed {
namespace {

TopicPartition part(int32_t partition) { return {.topic = "t", .partition = partition}; }

class ManualConsumer : public ::testing::Test {
 protected:
  ManualClock clock_;
  Broker broker_ =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock_}).value();
  Topic log_ = broker_.ensure_topic({.name = "t", .partitions = 2}).value();
};

TEST_F(ManualConsumer, NeedsNoTimeForWhatIsThere) {
  Consumer consumer =
      broker_.consumer({.group = "g", .auto_offset_reset = OffsetReset::earliest}).value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(log_.append(0, {.value = "a"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(consumer.seek_to_beginning({part(0)}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"})) << "although a fetch waits at the end";
  ASSERT_TRUE(consumer.assign({part(0), part(1)}));
  EXPECT_TRUE(consumer.poll(milliseconds(1'000))->empty());
  ASSERT_TRUE(log_.append(1, {.value = "b"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"b"})) << "although a fetch waits without it";
  ASSERT_TRUE(consumer.commit());
  ASSERT_TRUE(consumer.close());
  EXPECT_EQ(broker_.admin().committed_offsets("g")->at(part(1)).offset, 1);
}

TEST_F(ManualConsumer, CommitsByTheBrokersClock) {
  Consumer consumer = broker_
                          .consumer({.group = "g",
                                     .auto_offset_reset = OffsetReset::earliest,
                                     .auto_commit_interval = milliseconds(1'000)})
                          .value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  ASSERT_TRUE(log_.append(0, {.value = "a"}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  ASSERT_TRUE(consumer.poll(milliseconds(0)));
  EXPECT_TRUE(consumer.committed({part(0)})->empty());
  clock_.advance(milliseconds(1'000));
  ASSERT_TRUE(consumer.poll(milliseconds(0)));
  EXPECT_EQ(consumer.committed({part(0)})->at(part(0)).offset, 1);
}

TEST_F(ManualConsumer, OptionsThatCannotBeMeantAreRefused) {
  const auto refused = broker_.consumer({.max_poll_records = 0});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(refused.error().message(), "max_poll_records is 0; it must be from 1 to 2147483647");
}

TEST(InProcessConsumer, IsToldThatItsBrokerIsClosed) {
  Broker broker = Broker::open({.dir = std::string(in_memory)}).value();
  ASSERT_TRUE(broker.ensure_topic({.name = "t", .partitions = 1}));
  Consumer consumer = broker.consumer().value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_TRUE(consumer.poll(milliseconds(0)));
  std::thread closer([&] { EXPECT_TRUE(broker.close()); });
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::closed));
  closer.join();
  EXPECT_TRUE(consumer.poll(kPatience).error().is(ClientErrc::closed)) << "for good";
}

TEST(RestartedBroker, PositionsGoOnOverTcp) {
  const std::string dir = ::testing::TempDir() + "/consumer_restart." + std::to_string(getpid());
  std::filesystem::remove_all(dir);
  std::string address = "127.0.0.1:0";
  std::optional<Broker> broker = Broker::open({.dir = dir}).value();
  address = broker->listen(address).value();
  const auto append = [&](const std::string& value) {
    Topic log = broker->ensure_topic({.name = "t", .partitions = 1}).value();
    ASSERT_TRUE(log.append(0, {.value = value}));
  };
  append("a");
  Client client = Client::connect({.bootstrap = address}).value();
  Consumer consumer = client.consumer({.auto_offset_reset = OffsetReset::earliest}).value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"a"}));
  ASSERT_TRUE(broker->close());
  const auto during = consumer.poll(milliseconds(50));
  EXPECT_TRUE(during) << during.error().to_string();
  broker = Broker::open({.dir = dir}).value();
  ASSERT_TRUE(broker->listen(address));
  append("b");
  EXPECT_EQ(poll_values(consumer, 1), (Texts{"b"}));
  ASSERT_TRUE(broker->close());
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace millrace::embed
