// Transactions of the client library, in-process and over TCP, against one broker.
#include <optional>
#include <string>
#include <vector>

#include "embed/two_ways.h"
#include "millrace/client_error.h"
#include "millrace/producer.h"

namespace millrace::embed {
namespace {

using Texts = std::vector<std::string>;

Texts read(const Topic& topic, Isolation isolation) {
  Texts values;
  for (ReadOptions at{.isolation = isolation};;) {
    const auto read = topic.read(0, at);
    EXPECT_TRUE(read) << read.error().to_string();
    if (!read || read->next_offset() == at.offset) return values;
    for (const LogRecordView& record : *read) values.emplace_back(record.value.value_or(""));
    at.offset = read->next_offset();
  }
}

class ClientTransactions : public TwoWays {
 protected:
  Producer make(const std::string& id = "tx") {
    return connect().producer({.transactional_id = id}).value();
  }
  /// The markers may come a moment after a transaction's end was answered.
  Texts committed(size_t expected) const {
    int64_t end = 0;
    for (size_t count = 0; count < expected;) {
      const auto read = log_.read(
          0, {.offset = end, .isolation = Isolation::read_committed, .wait = milliseconds(30'000)});
      if (!read || read->next_offset() == end) break;
      count += read->size();
      end = read->next_offset();
    }
    return read(log_, Isolation::read_committed);
  }
  Texts all() const { return read(log_, Isolation::read_uncommitted); }

  const Topic log_ = broker_.ensure_topic({.name = "t", .partitions = 1}).value();
};

INSTANTIATE_TEST_SUITE_P(Ways, ClientTransactions, ::testing::Values(Way::in_process, Way::tcp),
                         name_of);

TEST_P(ClientTransactions, WhatIsCommittedIsReadAndWhatIsAbortedIsNot) {
  Producer producer = make();
  for (const char* value : {"a", "b", "c", "d"}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    const auto sent = producer.send({.topic = "t", .value = value});
    EXPECT_TRUE(sent.get()) << sent.get().error().to_string();
    const auto ended = *value % 2 == 0 ? transaction->commit() : transaction->abort();
    EXPECT_TRUE(ended) << ended.error().to_string();
  }
  EXPECT_EQ(committed(2), (Texts{"b", "d"}));
  EXPECT_EQ(all(), (Texts{"a", "b", "c", "d"}));
}

TEST_P(ClientTransactions, ManyRecordsInManyPartitionsCommitTogether) {
  ASSERT_TRUE(broker_.ensure_topic({.name = "wide", .partitions = 5}));
  Producer producer = make();
  for (int round = 0; round < 20; ++round) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    for (int i = 0; i < 100; ++i) {
      (void)producer.send({.topic = "wide", .value = "x", .partition = i % 5});
      (void)producer.send({.topic = "t", .value = "y"});
    }
    const auto ended = transaction->commit();
    ASSERT_TRUE(ended) << ended.error().to_string();
  }
  EXPECT_EQ(committed(2'000).size(), 2'000U);
  EXPECT_EQ(producer.statistics().records_failed, 0);
}

TEST_P(ClientTransactions, ATransactionThatGoesOutOfScopeIsAborted) {
  Producer producer = make();
  {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(producer.send({.topic = "t", .value = "dropped"}).get());
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = "t", .value = "kept"}).get());
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(committed(1), Texts{"kept"});
}

TEST_P(ClientTransactions, ANewProducerFencesTheOldOneAndEndsWhatItLeft) {
  Producer old = make();
  auto left = old.begin();
  ASSERT_TRUE(left);
  ASSERT_TRUE(old.send({.topic = "t", .value = "left"}).get());
  Producer successor = make();
  ASSERT_TRUE(successor.init_transactions());
  auto transaction = successor.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(successor.send({.topic = "t", .value = "new"}).get());
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(committed(1), Texts{"new"});

  const auto ended = left->commit();
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().is(ErrorCode::producer_fenced) ||
              ended.error().is(ErrorCode::invalid_producer_epoch))
      << ended.error().to_string();
  EXPECT_FALSE(old.begin()) << "it is over";
  EXPECT_FALSE(old.send({.topic = "t", .value = "late"}).get());
}

TEST_P(ClientTransactions, AFencedProducerFencesNobody) {
  Producer old = make();
  {
    auto first = old.begin();
    ASSERT_TRUE(first);
    ASSERT_TRUE(old.send({.topic = "t", .value = "first"}).get());
    ASSERT_TRUE(first->commit());
  }
  Producer successor = make();
  auto transaction = successor.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(successor.send({.topic = "t", .value = "second"}).get());
  {
    auto late = old.begin();
    ASSERT_TRUE(late);
    EXPECT_FALSE(old.send({.topic = "t", .value = "late"}).get());
    EXPECT_FALSE(late->commit());
  }
  EXPECT_TRUE(transaction->commit());
  EXPECT_EQ(committed(2), (Texts{"first", "second"}));
}

TEST_P(ClientTransactions, AFailedRecordFailsItsTransaction) {
  ASSERT_TRUE(broker_.ensure_topic(
      {.name = "small", .partitions = 1, .configs = {{"max.message.bytes", "1000"}}}));
  Producer producer = make();
  {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(producer.send({.topic = "t", .value = "lost"}).get());
    const std::string large(5'000, 'x');
    EXPECT_FALSE(producer.send({.topic = "small", .value = large}).get());
    const auto ended = transaction->commit();
    ASSERT_FALSE(ended);
    EXPECT_TRUE(ended.error().is(ErrorCode::message_too_large)) << ended.error().to_string();
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = "t", .value = "kept"}).get());
  EXPECT_TRUE(transaction->commit());
  EXPECT_EQ(committed(1), Texts{"kept"});
}

TEST_P(ClientTransactions, ATransactionLeftOpenIsAbortedByClose) {
  std::optional<Transaction> left;
  Producer producer = make();
  auto begun = producer.begin();
  ASSERT_TRUE(begun);
  left.emplace(std::move(*begun));
  ASSERT_TRUE(producer.send({.topic = "t", .value = "left"}).get());
  EXPECT_TRUE(producer.close());
  EXPECT_TRUE(left->commit().error().is(ClientErrc::closed));
  EXPECT_EQ(committed(0), Texts{});
  // Nothing holds the last stable offset back.
  Producer plain = broker_.producer({}).value();
  ASSERT_TRUE(plain.send({.topic = "t", .value = "plain"}).get());
  EXPECT_EQ(committed(1), Texts{"plain"});
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
  EXPECT_EQ(read(log, Isolation::read_committed), Texts{"a"});

  // One that is left open is ended by the clock.
  auto left = producer.begin();
  ASSERT_TRUE(left);
  ASSERT_TRUE(producer.send({.topic = "t", .value = "b"}).get());
  clock.advance(milliseconds(120'000));
  ASSERT_TRUE(manual.run_until(clock.steady_now()));
  EXPECT_FALSE(left->commit());
  EXPECT_EQ(read(log, Isolation::read_committed), Texts{"a"});
}

}  // namespace
}  // namespace millrace::embed
