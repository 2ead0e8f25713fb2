// Transactions of the client library.
#include <optional>
#include <string>
#include <vector>

#include "millrace/client_error.h"
#include "millrace/producer.h"
#include "three_links/three_links.h"

namespace millrace::three_links {
namespace {

class ClientTransactions : public ThreeLinks {
 protected:
  void SetUp() override { make_topic(1); }
  /// With the id that all of a test have.
  Producer make() const { return make_producer({.transactional_id = name("tx")}); }
  Texts committed() const { return values_of(part(0), Isolation::read_committed); }
  Texts all() const { return values_of(part(0)); }
};

INSTANTIATE_TEST_SUITE_P(Links, ClientTransactions, ::testing::ValuesIn(every_link()),
                         name_of_link);

TEST_P(ClientTransactions, WhatIsCommittedIsReadAndWhatIsAbortedIsNot) {
  Producer producer = make();
  for (const char* value : {"a", "b", "c", "d"}) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    const auto sent = producer.send({.topic = topic_, .value = value});
    EXPECT_TRUE(sent.get()) << sent.get().error().to_string();
    const auto ended = *value % 2 == 0 ? transaction->commit() : transaction->abort();
    EXPECT_TRUE(ended) << ended.error().to_string();
  }
  EXPECT_EQ(committed(), (Texts{"b", "d"}));
  EXPECT_EQ(all(), (Texts{"a", "b", "c", "d"}));
}

TEST_P(ClientTransactions, ManyRecordsInManyPartitionsCommitTogether) {
  const std::string wide = name("wide");
  make_topic(wide, 5);
  Producer producer = make();
  for (int round = 0; round < 20; ++round) {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction) << transaction.error().to_string();
    for (int i = 0; i < 100; ++i) {
      (void)producer.send({.topic = wide, .value = "x", .partition = i % 5});
      (void)producer.send({.topic = topic_, .value = "y"});
    }
    const auto ended = transaction->commit();
    ASSERT_TRUE(ended) << ended.error().to_string();
  }
  EXPECT_EQ(committed().size(), 2'000U);
  EXPECT_EQ(producer.statistics().records_failed, 0);
}

TEST_P(ClientTransactions, ATransactionThatGoesOutOfScopeIsAborted) {
  Producer producer = make();
  {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(producer.send({.topic = topic_, .value = "dropped"}).get());
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = topic_, .value = "kept"}).get());
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(committed(), Texts{"kept"});
}

TEST_P(ClientTransactions, ANewProducerFencesTheOldOneAndEndsWhatItLeft) {
  Producer old = make();
  auto left = old.begin();
  ASSERT_TRUE(left);
  ASSERT_TRUE(old.send({.topic = topic_, .value = "left"}).get());
  Producer successor = make();
  ASSERT_TRUE(successor.init_transactions());
  auto transaction = successor.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(successor.send({.topic = topic_, .value = "new"}).get());
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(committed(), Texts{"new"});

  const auto ended = left->commit();
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().is(ErrorCode::producer_fenced) ||
              ended.error().is(ErrorCode::invalid_producer_epoch))
      << ended.error().to_string();
  EXPECT_FALSE(old.begin()) << "it is over";
  EXPECT_FALSE(old.send({.topic = topic_, .value = "late"}).get());
}

TEST_P(ClientTransactions, AFencedProducerFencesNobody) {
  Producer old = make();
  {
    auto first = old.begin();
    ASSERT_TRUE(first);
    ASSERT_TRUE(old.send({.topic = topic_, .value = "first"}).get());
    ASSERT_TRUE(first->commit());
  }
  Producer successor = make();
  auto transaction = successor.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(successor.send({.topic = topic_, .value = "second"}).get());
  {
    auto late = old.begin();
    ASSERT_TRUE(late);
    EXPECT_FALSE(old.send({.topic = topic_, .value = "late"}).get());
    EXPECT_FALSE(late->commit());
  }
  EXPECT_TRUE(transaction->commit());
  EXPECT_EQ(committed(), (Texts{"first", "second"}));
}

TEST_P(ClientTransactions, AFailedRecordFailsItsTransaction) {
  const std::string small = name("small");
  make_topic(small, 1, {{"max.message.bytes", "1000"}});
  Producer producer = make();
  {
    auto transaction = producer.begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(producer.send({.topic = topic_, .value = "lost"}).get());
    const std::string large(5'000, 'x');
    EXPECT_FALSE(producer.send({.topic = small, .value = large}).get());
    const auto ended = transaction->commit();
    ASSERT_FALSE(ended);
    EXPECT_TRUE(ended.error().is(ErrorCode::message_too_large)) << ended.error().to_string();
  }
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction) << transaction.error().to_string();
  ASSERT_TRUE(producer.send({.topic = topic_, .value = "kept"}).get());
  EXPECT_TRUE(transaction->commit());
  EXPECT_EQ(committed(), Texts{"kept"});
}

TEST_P(ClientTransactions, ATransactionLeftOpenIsAbortedByClose) {
  std::optional<Transaction> left;
  Producer producer = make();
  auto begun = producer.begin();
  ASSERT_TRUE(begun);
  left.emplace(std::move(*begun));
  ASSERT_TRUE(producer.send({.topic = topic_, .value = "left"}).get());
  EXPECT_TRUE(producer.close());
  EXPECT_TRUE(left->commit().error().is(ClientErrc::closed));
  EXPECT_EQ(committed(), Texts{});
  // Nothing holds the last stable offset back.
  Producer plain = make_producer();
  ASSERT_TRUE(plain.send({.topic = topic_, .value = "plain"}).get());
  EXPECT_EQ(committed(), Texts{"plain"});
}

}  // namespace
}  // namespace millrace::three_links
