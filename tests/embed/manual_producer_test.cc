// A producer of a broker that is driven by hand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "millrace/broker.h"
#include "millrace/client_error.h"

namespace millrace::embed {
namespace {

using Texts = std::vector<std::string>;

Texts values_of(const Topic& topic, Isolation isolation = Isolation::read_uncommitted) {
  Texts values;
  for (ReadOptions at{.isolation = isolation};;) {
    const auto read = topic.read(0, at);
    EXPECT_TRUE(read) << read.error().to_string();
    if (!read || read->next_offset() == at.offset) return values;
    for (const LogRecordView& record : *read) values.emplace_back(record.value.value_or(""));
    at.offset = read->next_offset();
  }
}

TEST(ManualProducer, LingersByTheBrokersClock) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  const Topic log = broker.ensure_topic({.name = "t"}).value();
  Producer producer = broker.producer({.linger = milliseconds(50)}).value();
  const auto sent = producer.send({.topic = "t", .value = "a"});
  ASSERT_TRUE(broker.run_until(clock.steady_now()));
  EXPECT_FALSE(sent.ready());
  clock.advance(milliseconds(50));
  ASSERT_TRUE(broker.run_until(clock.steady_now()));
  ASSERT_TRUE(sent.ready());
  EXPECT_EQ(sent.get()->offset, 0);
  EXPECT_EQ(sent.get()->timestamp_ms, 1'700'000'000'000);

  const auto asked = producer.send({.topic = "t", .value = "b"});
  EXPECT_EQ(asked.get()->offset, 1) << "whoever waits ends the lingering";
  EXPECT_EQ(values_of(log), (Texts{"a", "b"}));
}

TEST(ManualProducer, IsToldThatItsBrokerIsClosed) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  ASSERT_TRUE(broker.ensure_topic({.name = "t"}));
  Producer producer = broker.producer().value();
  ASSERT_TRUE(producer.send({.topic = "t", .value = "a"}).get());
  ASSERT_TRUE(broker.close());
  const auto sent = producer.send({.topic = "t", .value = "b"}).get();
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(ClientErrc::closed)) << sent.error().to_string();
}

TEST(ManualProducer, OptionsThatCannotBeMeantAreRefused) {
  ManualClock clock;
  Broker broker =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  const auto refused = broker.producer({.acks = Acks::leader, .idempotence = true});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(refused.error().message(), "idempotence needs acks all");
}

TEST(ManualTransactions, AreEndedByTheClock) {
  ManualClock clock;
  Broker manual =
      Broker::open({.dir = std::string(in_memory), .manual = true, .clock = &clock}).value();
  const Topic log = manual.ensure_topic({.name = "t", .partitions = 1}).value();
  Producer producer = manual.producer({.transactional_id = "tx"}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  const auto sent = producer.send({.topic = "t", .value = "a"}).get();
  ASSERT_TRUE(sent) << sent.error().to_string();
  const auto ended = transaction->commit();
  ASSERT_TRUE(ended) << ended.error().to_string();
  EXPECT_EQ(values_of(log, Isolation::read_committed), Texts{"a"});

  // One that is left open is ended by the clock.
  auto left = producer.begin();
  ASSERT_TRUE(left);
  ASSERT_TRUE(producer.send({.topic = "t", .value = "b"}).get());
  clock.advance(milliseconds(120'000));
  ASSERT_TRUE(manual.run_until(clock.steady_now()));
  EXPECT_FALSE(left->commit());
  EXPECT_EQ(values_of(log, Isolation::read_committed), Texts{"a"});
}

}  // namespace
}  // namespace millrace::embed
