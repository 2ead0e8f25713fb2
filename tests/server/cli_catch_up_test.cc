// When `millrace wait` returns, by a clock that tests turn.
#include <gtest/gtest.h>

#include <deque>

#include "cli/catch_up_wait.h"
#include "client/error.h"
#include "millrace/testing_gtest.h"

namespace millrace::server {
namespace {

using client::client_error;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TopicPartition part(int32_t partition) { return {.topic = "t", .partition = partition}; }

class CatchUp : public testing::BrokerTest {
 protected:
  Topic make_topic(std::map<std::string, std::string> configs = {}, int32_t partitions = 1) {
    return broker()
        .ensure_topic({.name = "t", .partitions = partitions, .configs = std::move(configs)})
        .value();
  }
  void fill(int32_t partition, int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(broker().ensure_topic({.name = "t"})->append(partition, {.value = "x"}));
    }
  }
  void commit(int64_t offset, int32_t partition = 0) {
    const auto done = admin_.alter_committed_offsets("g", {{part(partition), {.offset = offset}}});
    ASSERT_TRUE(done) << done.error().to_string();
  }
  /// What happens between two looks, one after the other.
  void then(std::function<void()> happening) { happenings_.push_back(std::move(happening)); }

  Result<CatchUpOutcome> wait(CatchUpWish wish = {}, milliseconds timeout = minutes(1)) {
    wish.group = "g";
    CatchUpWait wait{.wish = std::move(wish), .timeout = timeout};
    wait.reach = [this](milliseconds) {
      const auto error = reach_error_;
      return error ? Result<Admin>(*error) : Result<Admin>(broker().admin());
    };
    wait.now = [this] { return clock().steady_now(); };
    wait.pause = [this](milliseconds time) {
      advance(time);
      if (happenings_.empty()) return;
      happenings_.front()();
      happenings_.pop_front();
    };
    return wait_until_caught_up(wait);
  }
  CatchUpEnd end_of_wait(CatchUpWish wish = {}) {
    outcome_ = wait(std::move(wish));
    EXPECT_TRUE(*outcome_) << outcome_->error().to_string();
    return *outcome_ ? (*outcome_)->end : CatchUpEnd::timed_out;
  }
  milliseconds waited() const { return (*outcome_)->waited; }
  std::string missing(int32_t partition = 0) const {
    const auto& all = (*outcome_)->state.missing;
    return all.contains(part(partition)) ? all.at(part(partition)) : "";
  }

  Admin admin_ = broker().admin();
  std::deque<std::function<void()>> happenings_;
  std::optional<Error> reach_error_;
  std::optional<Result<CatchUpOutcome>> outcome_;
};

TEST_F(CatchUp, IsToldAtOnceWhereNothingIsLeft) {
  make_topic();
  fill(0, 3);
  commit(3);
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ(waited(), seconds(0));
}

TEST_F(CatchUp, ComesWithTheLastCommit) {
  make_topic({}, 2);
  fill(0, 3);
  fill(1, 1);
  commit(1);
  then([&] { commit(3); });
  then([&] { commit(1, 1); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ(waited(), seconds(2));
}

TEST_F(CatchUp, DoesNotRunAfterAnEndThatMoves) {
  make_topic();
  fill(0, 3);
  commit(0);
  then([&] { fill(0, 100); });
  then([&] { commit(3); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ((*outcome_)->goal->targets.at(part(0)), 3);
}

TEST_F(CatchUp, WhatIsMissingIsToldWhenTheTimeIsOver) {
  make_topic({}, 3);
  fill(0, 5);
  fill(1, 2);
  commit(2);
  EXPECT_EQ(end_of_wait(), CatchUpEnd::timed_out);
  EXPECT_EQ(waited(), minutes(1));
  EXPECT_EQ(missing(0), "3 to read, from offset 2 to 5");
  EXPECT_EQ(missing(1), "2 to read, from offset 0 to 2; nothing is committed");
  EXPECT_EQ(missing(2), "") << "an empty partition keeps nobody waiting";
  EXPECT_EQ((*outcome_)->state.records, 5);
}

TEST_F(CatchUp, WithoutTimeThereIsOneLook) {
  make_topic();
  fill(0, 1);
  commit(0);
  then([] { ADD_FAILURE() << "a pause"; });
  const auto outcome = wait({}, seconds(0));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, CatchUpEnd::timed_out);
}

TEST_F(CatchUp, AMarkerAtTheEndIsNothingToRead) {
  make_topic();
  Producer producer = broker().producer({.transactional_id = "tx"}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(producer.send({.topic = "t"}).get());
  ASSERT_TRUE(transaction->commit());
  commit(1);
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ((*outcome_)->goal->targets.at(part(0)), 2);
  EXPECT_EQ(end_of_wait({.isolation = Isolation::read_committed}), CatchUpEnd::caught_up);
}

TEST_F(CatchUp, OffsetsThatATransactionCommitsCountOnceItIsCommitted) {
  make_topic();
  fill(0, 2);
  ASSERT_TRUE(broker().ensure_topic({.name = "copies", .partitions = 1}));
  commit(0);
  Consumer consumer = broker().consumer({.group = "g"}).value();
  ASSERT_TRUE(consumer.assign({part(0)}));
  Producer producer = broker().producer({.transactional_id = "tx"}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(producer.send({.topic = "copies"}).get());
  ASSERT_TRUE(transaction->send_offsets({{part(0), {.offset = 2}}}, consumer));
  then([&] { ASSERT_TRUE(transaction->commit()); });
  EXPECT_EQ(end_of_wait({.topics = {"t"}}), CatchUpEnd::caught_up);
  EXPECT_EQ(waited(), seconds(1));
}

TEST_F(CatchUp, AMemberThatHasCommittedNothingYetIsWaitedFor) {
  make_topic();
  fill(0, 2);
  Consumer consumer = broker()
                          .consumer({.group = "g",
                                     .topics = {"t"},
                                     .auto_offset_reset = OffsetReset::earliest,
                                     .auto_commit = false})
                          .value();
  for (int i = 0; i < 10 && consumer.assignment().empty(); ++i) {
    ASSERT_TRUE(consumer.poll(milliseconds(0)));
    advance(seconds(1));
  }
  ASSERT_EQ(consumer.assignment(), std::vector{part(0)});
  then([&] { ASSERT_TRUE(consumer.commit({{part(0), {.offset = 1}}})); });
  then([&] { ASSERT_TRUE(consumer.commit({{part(0), {.offset = 2}}})); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ(waited(), seconds(2));
}

TEST_F(CatchUp, RecordsInFrontOfATimeAreEnough) {
  make_topic();
  fill(0, 4);
  advance(hours(1));
  const int64_t noon = clock().wall_ms();
  fill(0, 4);
  commit(3);
  then([&] { commit(4); });
  EXPECT_EQ(end_of_wait({.before_ms = noon}), CatchUpEnd::caught_up);
  EXPECT_EQ((*outcome_)->goal->targets.at(part(0)), 4);
  EXPECT_EQ(end_of_wait({.before_ms = noon + 1}), CatchUpEnd::timed_out)
      << "no record is that young, so all that are there count";
  EXPECT_EQ(missing(), "4 to read, from offset 4 to 8");
}

TEST_F(CatchUp, AnOpenTransactionInFrontOfTheTimeIsWaitedFor) {
  make_topic();
  Producer producer =
      broker().producer({.transactional_id = "tx", .transaction_timeout = minutes(10)}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(producer.send({.topic = "t"}).get());
  commit(0);
  advance(seconds(1));
  const CatchUpWish wish{.isolation = Isolation::read_committed, .before_ms = clock().wall_ms()};
  EXPECT_EQ(end_of_wait(wish), CatchUpEnd::timed_out) << "nothing readable is left, but may be";
  EXPECT_EQ(missing(), "an open transaction ends the log at 0, before 1");
}

TEST_F(CatchUp, AnAbortedTransactionIsNothingToReadForReadCommitted) {
  make_topic();
  Producer producer = broker().producer({.transactional_id = "tx"}).value();
  auto transaction = producer.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(producer.send({.topic = "t"}).get());
  commit(0);
  then([&] { ASSERT_TRUE(transaction->abort()); });
  const CatchUpWish wish{.isolation = Isolation::read_committed,
                         .before_ms = clock().wall_ms() + 1};
  EXPECT_EQ(end_of_wait(wish), CatchUpEnd::caught_up);
  EXPECT_EQ(end_of_wait(), CatchUpEnd::timed_out) << "others may read it";
}

TEST_F(CatchUp, OffsetsThatCompactionEmptiedAreNothingToRead) {
  Topic log = make_topic({{"cleanup.policy", "compact"},
                          {"segment.ms", "60000"},
                          {"min.cleanable.dirty.ratio", "0.01"}});
  const auto write = [&log](const char* key) { ASSERT_TRUE(log.append(0, {.key = key})); };
  for (int i = 0; i < 5; ++i) write("a");
  advance(minutes(2));
  const int64_t border = clock().wall_ms();
  write("a");
  commit(2);
  const auto before_compaction = wait({.before_ms = border}, seconds(0));
  ASSERT_TRUE(before_compaction);
  EXPECT_EQ(before_compaction->state.missing.at(part(0)), "3 to read, from offset 2 to 5");
  // Compaction leaves the segment alone that is written to.
  then([&] {
    advance(minutes(2));
    write("b");
    advance(hours(1));
  });
  const auto outcome = wait({.before_ms = border}, hours(2));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, CatchUpEnd::caught_up);
}

TEST_F(CatchUp, WhatRetentionTookIsNothingToRead) {
  make_topic({{"retention.ms", "3600000"}, {"segment.ms", "600000"}});
  fill(0, 3);
  commit(1);
  then([&] { advance(hours(3)); });
  const auto outcome = wait({}, hours(4));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, CatchUpEnd::caught_up);
}

TEST_F(CatchUp, ATopicThatIsDeletedMeanwhileIsTold) {
  make_topic();
  fill(0, 3);
  commit(1);
  then([&] { ASSERT_TRUE(admin_.delete_topic("t")); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::gone);
  EXPECT_NE((*outcome_)->trouble, "");
}

TEST_F(CatchUp, ATopicThatIsMadeAnewMeanwhileIsAnotherOne) {
  make_topic();
  fill(0, 3);
  commit(1);
  ASSERT_TRUE(broker().ensure_topic({.name = "keeps-the-group", .partitions = 1}));
  const TopicPartition other{.topic = "keeps-the-group"};
  ASSERT_TRUE(admin_.alter_committed_offsets("g", {{other, {.offset = 0}}}));
  then([&] {
    ASSERT_TRUE(admin_.delete_topic("t"));
    make_topic();
  });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::gone);
  EXPECT_TRUE((*outcome_)->state.gone.contains(part(0)));
}

TEST_F(CatchUp, ATopicThatIsGoneBeforeTheStartIsLeftOut) {
  make_topic();
  fill(0, 3);
  commit(1);
  const TopicPartition other{.topic = "other"};
  ASSERT_TRUE(broker().ensure_topic({.name = other.topic, .partitions = 1}));
  ASSERT_TRUE(admin_.alter_committed_offsets("g", {{other, {.offset = 0}}}));
  // Both brokers drop such offsets by themselves, if a moment later.
  faults().add({.api_key = 3, .topic = "t"},
               {.error = ErrorCode::unknown_topic_or_partition, .count = 0});
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ((*outcome_)->goal->left_out, std::set<std::string>{"t"});
  EXPECT_EQ((*outcome_)->goal->topics(), std::vector<std::string>{"other"});
}

TEST_F(CatchUp, AGroupWhoseMembersHaveNothingYetIsLookedAtAgain) {
  make_topic();
  Consumer consumer =
      broker()
          .consumer({.group = "g", .topics = {"comes-later"}, .allow_auto_create_topics = false})
          .value();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(consumer.poll(milliseconds(0)));
    advance(seconds(1));
  }
  ASSERT_EQ(admin_.describe_group("g")->members.size(), 1U);
  EXPECT_EQ(end_of_wait(), CatchUpEnd::timed_out);
  EXPECT_NE((*outcome_)->trouble.find("no partition is assigned"), std::string::npos)
      << (*outcome_)->trouble;
}

TEST_F(CatchUp, OnlyWhatWasAskedForIsWaitedFor) {
  make_topic({}, 2);
  fill(0, 1);
  fill(1, 1);
  commit(1);
  EXPECT_EQ(end_of_wait({.topics = {"t"}, .partitions = {0}}), CatchUpEnd::caught_up);
  EXPECT_EQ(end_of_wait({.partitions = {1}}), CatchUpEnd::timed_out);
  const auto no_topic = wait({.topics = {"nobody"}});
  ASSERT_FALSE(no_topic);
  EXPECT_TRUE(no_topic.error().is(ErrorCode::unknown_topic_or_partition));
  const auto no_partition = wait({.partitions = {2}});
  ASSERT_FALSE(no_partition);
  EXPECT_TRUE(no_partition.error().is(ErrorCode::unknown_topic_or_partition));
}

TEST_F(CatchUp, AGroupThatIsNotThereIsToldAtOnce) {
  const auto outcome = wait();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(ErrorCode::group_id_not_found));
}

TEST_F(CatchUp, ABrokerThatIsAwayIsWaitedFor) {
  make_topic();
  fill(0, 1);
  commit(0);
  reach_error_ = client_error(ClientErrc::unreachable, "nobody is there");
  then([&] { reach_error_.reset(); });
  then([&] { reach_error_ = client_error(ClientErrc::bad_address, "who is that?"); });
  then([&] { reach_error_.reset(); });
  then([&] { commit(1); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
  EXPECT_EQ(waited(), seconds(4));
}

TEST_F(CatchUp, ABrokerThatStaysAwayIsAnErrorInTheEnd) {
  reach_error_ = client_error(ClientErrc::unreachable, "nobody is there");
  const auto outcome = wait();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(ClientErrc::unreachable));
  EXPECT_EQ(happenings_.size(), 0U);
  reach_error_ = client_error(ClientErrc::bad_address, "who is that?");
  EXPECT_TRUE(wait({}, hours(1)).error().is(ClientErrc::bad_address)) << "it was never right";
}

TEST_F(CatchUp, ACoordinatorThatIsBusyIsWaitedFor) {
  make_topic();
  fill(0, 1);
  commit(1);
  faults().add({.api_key = 9}, {.error = ErrorCode::coordinator_load_in_progress, .count = 0});
  then([&] { faults().clear(); });
  EXPECT_EQ(end_of_wait(), CatchUpEnd::caught_up);
}

}  // namespace
}  // namespace millrace::server
