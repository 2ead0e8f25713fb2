// The fixture as programs use it: the example of docs/embedding.md, and what else it promises.
#include "millrace/testing_gtest.h"

#include <string>

using Orders = millrace::testing::BrokerTest;

TEST_F(Orders, AreThereOnceThoughTheBrokerForgetsToAnswer) {
  using Then = millrace::testing::RequestFault::Then;
  auto log = broker().ensure_topic({.name = "orders", .partitions = 1}).value();
  auto producer = broker().producer().value();
  faults().add({.api_key = 0, .topic = "orders"}, {.then = Then::drop_reply, .count = 2});
  auto sent = producer.send({.topic = "orders", .value = "42"});
  advance(std::chrono::seconds(1));  // the producer pauses before it tries again
  EXPECT_EQ(sent.get()->offset, 0);
  EXPECT_EQ(log.read(0, {})->size(), 1U);
  EXPECT_EQ(faults().met(), 2);
}

TEST_F(Orders, ComeOverTheNetworkToo) {
  ASSERT_TRUE(broker().ensure_topic({.name = "orders", .partitions = 1}));
  auto client = millrace::Client::connect({.bootstrap = address()});
  ASSERT_TRUE(client) << client.error().to_string();
  EXPECT_EQ(client->producer()->send({.topic = "orders", .value = "42"}).get()->offset, 0);
  EXPECT_EQ(address(), address());
}

TEST_F(Orders, AreGoneWithABrokerInMemory) {
  ASSERT_TRUE(broker().ensure_topic({.name = "orders", .partitions = 1}));
  reopen();
  EXPECT_TRUE(client().admin().list_topics()->empty());
}
