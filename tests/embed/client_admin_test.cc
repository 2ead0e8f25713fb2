// The client library's administration, in-process and over TCP, against one broker.
#include "embed/two_ways.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

class ClientAdmin : public TwoWays {};

INSTANTIATE_TEST_SUITE_P(Ways, ClientAdmin, ::testing::Values(Way::in_process, Way::tcp), name_of);

TEST_P(ClientAdmin, TopicsComeAndGo) {
  Admin admin = connect().admin();
  ASSERT_TRUE(admin.create_topic({.name = "orders", .partitions = 3}).has_value());
  const auto again = admin.create_topic({.name = "orders"});
  ASSERT_FALSE(again.has_value());
  EXPECT_TRUE(again.error().is(ErrorCode::topic_already_exists));

  const auto described = admin.describe_topic("orders");
  ASSERT_TRUE(described.has_value()) << described.error().to_string();
  EXPECT_EQ(described->partitions.size(), 3U);
  EXPECT_EQ(described->id.size(), 22U);
  ASSERT_TRUE(admin.add_partitions("orders", 5).has_value());
  EXPECT_EQ(admin.describe_topic("orders")->partitions.size(), 5U);
  EXPECT_EQ(admin.list_topics()->size(), 1U);

  ASSERT_TRUE(admin.delete_topic("orders").has_value());
  const auto gone = admin.describe_topic("orders");
  ASSERT_FALSE(gone.has_value());
  EXPECT_TRUE(gone.error().is(ErrorCode::unknown_topic_or_partition));
}

TEST_P(ClientAdmin, ConfigurationsAreSetAndInherited) {
  Admin admin = connect().admin();
  ASSERT_TRUE(admin.create_topic({.name = "t", .configs = {{"retention.ms", "1000"}}}).has_value());
  const auto value = [&admin](const std::string& name) {
    const auto values = admin.describe_topic_config("t");
    EXPECT_TRUE(values.has_value());
    for (const ConfigValue& config : *values) {
      if (config.name == name) return config;
    }
    return ConfigValue{};
  };
  EXPECT_EQ(value("retention.ms").value, "1000");
  EXPECT_TRUE(value("retention.ms").own);
  ASSERT_TRUE(admin.alter_topic_config("t", {.unset = {"retention.ms"}}).has_value());
  EXPECT_FALSE(value("retention.ms").own);
  const auto refused = admin.alter_topic_config("t", {.set = {{"retention.ms", "soon"}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(ErrorCode::invalid_config));
}

TEST_P(ClientAdmin, OffsetsOfGroupsWithoutMembersAreWritten) {
  Admin admin = connect().admin();
  ASSERT_TRUE(admin.create_topic({.name = "t", .partitions = 2}).has_value());
  const TopicPartition first{.topic = "t", .partition = 0}, second{.topic = "t", .partition = 1};
  const Offsets offsets{{first, {.offset = 3, .metadata = "three"}}, {second, {.offset = 4}}};
  const auto altered = admin.alter_committed_offsets("g", offsets);
  ASSERT_TRUE(altered.has_value()) << altered.error().to_string();
  const auto committed = admin.committed_offsets("g");
  ASSERT_TRUE(committed.has_value());
  ASSERT_EQ(committed->size(), 2U);
  EXPECT_EQ(committed->at(first).offset, 3);
  EXPECT_EQ(committed->at(first).metadata, "three");

  ASSERT_TRUE(admin.delete_committed_offsets("g", {first}).has_value());
  EXPECT_FALSE(admin.committed_offsets("g")->contains(first));
  EXPECT_EQ(admin.list_groups()->at(0).group, "g");
  EXPECT_EQ(admin.describe_group("g")->state, "Empty");
  ASSERT_TRUE(admin.delete_group("g").has_value());
  const auto gone = admin.describe_group("g");
  ASSERT_FALSE(gone.has_value());
  EXPECT_TRUE(gone.error().is(ErrorCode::group_id_not_found));
}

TEST_P(ClientAdmin, PlacesInEmptyPartitions) {
  Admin admin = connect().admin();
  ASSERT_TRUE(admin.create_topic({.name = "t", .partitions = 1}).has_value());
  const TopicPartition name{.topic = "t", .partition = 0};
  EXPECT_EQ(admin.list_offsets({{name, kEarliest}})->at(name), 0);
  EXPECT_EQ(admin.list_offsets({{name, 12'345}})->at(name), 0);
  EXPECT_EQ(admin.delete_records({{name, -1}})->at(name), 0);
}

TEST(ClientConnect, NobodyThereIsToldAtOnce) {
  auto broker = Broker::open({.dir = std::string(in_memory)});
  const std::string address = broker->listen("127.0.0.1:0").value();
  ASSERT_TRUE(broker->close());
  const auto connected = Client::connect({.bootstrap = address});
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::unreachable)) << connected.error().to_string();
}

TEST(ClientConnect, ABrokerThatVanishesFailsTheCall) {
  auto broker = Broker::open({.dir = std::string(in_memory)});
  const std::string address = broker->listen("127.0.0.1:0").value();
  auto client = Client::connect({.bootstrap = address, .api_timeout = milliseconds(300)});
  ASSERT_TRUE(client.has_value());
  ASSERT_TRUE(broker->close());
  const auto listed = client->admin().list_topics();
  ASSERT_FALSE(listed.has_value());
  EXPECT_TRUE(listed.error().is(ClientErrc::unreachable) ||
              listed.error().is(ClientErrc::disconnected))
      << listed.error().to_string();
}

TEST(InProcessClient, IsToldThatItsBrokerIsClosed) {
  auto broker = Broker::open({.dir = std::string(in_memory)});
  const Client client = broker->client();
  Admin admin = client.admin();
  ASSERT_TRUE(admin.list_topics());
  ASSERT_TRUE(broker->close());
  EXPECT_TRUE(admin.list_topics().error().is(ClientErrc::closed));
  EXPECT_TRUE(client.admin().list_topics().error().is(ClientErrc::closed));
  EXPECT_TRUE(broker->admin().list_topics().error().is(ClientErrc::closed));
}

}  // namespace
}  // namespace millrace::embed
