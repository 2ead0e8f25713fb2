// Brokers that are not there, or not any more.
#include <gtest/gtest.h>

#include "millrace/broker.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

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
