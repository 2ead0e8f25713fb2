// Members that fall silent, static members, subscriptions by expression.
#include <gtest/gtest.h>

#include "consumer_harness.h"

namespace millrace::coordinator {
namespace {

using ConsumerSessionTest = ConsumerTest;
using StaticConsumerTest = ConsumerTest;
using RegexSubscriptionTest = ConsumerTest;

TEST_F(ConsumerSessionTest, ASilentMemberLosesItsPartitions) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  for (int i = 0; i < 9; ++i) {
    pass(5'000);
    EXPECT_EQ(idle(b).error, ErrorCode::none);
  }
  EXPECT_EQ(describe().members.size(), 1u);
  EXPECT_EQ(b.owned_count(), 8u);
  EXPECT_EQ(idle(a).error, ErrorCode::unknown_member_id);
}

TEST_F(ConsumerSessionTest, HeartbeatsKeepTheSession) {
  Client a{.id = "a"};
  join_consumer(a);
  for (int i = 0; i < 30; ++i) {
    pass(44'000);
    EXPECT_EQ(idle(a).error, ErrorCode::none);
  }
}

TEST_F(ConsumerSessionTest, WhoDoesNotGiveUpPartitionsInTimeIsFenced) {
  Client a{.id = "a", .rebalance_timeout_ms = 20'000};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  beat(a);
  for (int i = 0; i < 4; ++i) {
    pass(5'000);
    idle(b);
    idle(a);  // it is alive, and does not say that it gave them up
  }
  EXPECT_EQ(idle(a).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(idle(b).error, ErrorCode::none);
  EXPECT_EQ(b.owned_count(), 8u);
}

TEST_F(ConsumerSessionTest, WhoGivesThemUpInTimeStays) {
  Client a{.id = "a", .rebalance_timeout_ms = 20'000};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  beat(a);
  pass(19'000);
  settle({&a, &b});
  pass(19'000);
  EXPECT_EQ(idle(a).error, ErrorCode::none);
}

TEST_F(ConsumerSessionTest, SessionsAndRevocationsGoOnAfterARestart) {
  Client a{.id = "a", .rebalance_timeout_ms = 20'000};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  beat(a);
  restart();
  pass(19'999);
  EXPECT_EQ(idle(a).error, ErrorCode::none);
  EXPECT_EQ(idle(b).error, ErrorCode::none);
  pass(1);
  EXPECT_EQ(idle(a).error, ErrorCode::unknown_member_id);
  pass(45'000);
  EXPECT_EQ(consumer_state(), "Empty");
}

TEST_F(ConsumerSessionTest, AMemberThatCouldNotBeFencedIsFencedLater) {
  Client a{.id = "a"};
  join_consumer(a);
  log.fail_next(ErrorCode::kafka_storage_error);
  pass(45'000);
  EXPECT_EQ(describe().members.size(), 1u);
  pass(45'000);
  EXPECT_EQ(consumer_state(), "Empty");
}

TEST_F(StaticConsumerTest, ComesBackUnderAnotherIdWithWhatItHad) {
  Client a{.id = "a", .instance = "one"};
  Client b{.id = "b", .instance = "two"};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  const PartitionSets had = a.owned;
  EXPECT_EQ(leave_consumer(a, kStaticLeaveEpoch), ErrorCode::none);
  EXPECT_FALSE(idle(b).assignment) << "its partitions are kept for it";
  const int32_t epoch = describe().epoch;

  Client again{.id = "a2", .instance = "one"};
  EXPECT_EQ(join_consumer(again).error, ErrorCode::none);
  EXPECT_EQ(again.owned, had);
  EXPECT_EQ(describe().epoch, epoch) << "nobody else is bothered";
  EXPECT_EQ(describe().members.size(), 2u);
  EXPECT_EQ(idle(a).error, ErrorCode::fenced_instance_id);
}

TEST_F(StaticConsumerTest, AnInstanceThatIsThereIsNotReplaced) {
  Client a{.id = "a", .instance = "one"};
  join_consumer(a);
  Client second{.id = "a2", .instance = "one"};
  const auto refused = join_consumer(second);
  EXPECT_EQ(refused.error, ErrorCode::unreleased_instance_id);
  EXPECT_EQ(refused.error_message,
            "Static member a2 with instance id one cannot join the group because the instance id "
            "is owned by a member.");
  EXPECT_EQ(idle(a).error, ErrorCode::none);
}

TEST_F(StaticConsumerTest, WhoDoesNotComeBackInItsSessionIsGone) {
  Client a{.id = "a", .instance = "one"};
  join_consumer(a);
  leave_consumer(a, kStaticLeaveEpoch);
  EXPECT_EQ(describe().members.at(0).member_epoch, -2);
  pass(45'000);
  EXPECT_EQ(consumer_state(), "Empty");
}

TEST_F(StaticConsumerTest, WhoIsAwayHasItsSessionHoweverShortItsTimeToGiveUpPartitions) {
  Client a{.id = "a", .instance = "one", .rebalance_timeout_ms = 10'000};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  idle(a);
  EXPECT_EQ(leave_consumer(a, kStaticLeaveEpoch), ErrorCode::none);
  pass(40'000);
  Client again{.id = "a2", .instance = "one"};
  EXPECT_EQ(join_consumer(again).error, ErrorCode::none);
  EXPECT_EQ(again.owned_count(), 4u) << "what was its in the target all the time";
}

TEST_F(StaticConsumerTest, LeavesForGoodWithMinusOne) {
  Client a{.id = "a", .instance = "one"};
  join_consumer(a);
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  EXPECT_EQ(consumer_state(), "Empty");
  Client b{.id = "b", .instance = "none"};
  EXPECT_EQ(leave_consumer(b, kStaticLeaveEpoch), ErrorCode::unknown_member_id);
}

TEST_F(RegexSubscriptionTest, TopicsThatMatchAreAssigned) {
  log.add_topic("orders-eu", 2);
  Client a{.id = "a", .topics = {}, .regex = "orders.*"};
  EXPECT_EQ(join_consumer(a).error, ErrorCode::none);
  EXPECT_EQ(a.owned.size(), 2u);
  EXPECT_EQ(a.owned_count(), 10u);
  EXPECT_EQ(describe().members.at(0).subscribed_regex, "orders.*");
}

TEST_F(RegexSubscriptionTest, TheWholeNameMustMatch) {
  Client a{.id = "a", .topics = {}, .regex = "order"};
  EXPECT_EQ(join_consumer(a).assignment, PartitionSets());
}

TEST_F(RegexSubscriptionTest, NewTopicsAreNoticedAndDeletedOnesToo) {
  Client a{.id = "a", .topics = {}, .regex = "pay.*"};
  join_consumer(a);
  log.add_topic("paychecks", 2);
  EXPECT_EQ(idle(a).assignment->size(), 2u);
  log.remove_topic("paychecks");
  EXPECT_EQ(beat(a).assignment->size(), 1u);
  const size_t before = log.append_count();
  beat(a);
  beat(a);
  EXPECT_LE(log.append_count(), before + 1) << "what is settled is not written again";
}

TEST_F(RegexSubscriptionTest, NamesAndExpressionAddUp) {
  Client a{.id = "a", .topics = {"orders"}, .regex = "pay.*"};
  join_consumer(a);
  EXPECT_EQ(a.owned.size(), 2u);
  a.regex = "";
  auto request = full_request(a);
  request.subscribed_regex = "";
  EXPECT_EQ(send(request)->assignment->size(), 1u);
}

TEST_F(RegexSubscriptionTest, AnExpressionThatIsNoneIsRefused) {
  Client a{.id = "a", .regex = "orders("};
  const auto refused = join_consumer(a);
  EXPECT_EQ(refused.error, ErrorCode::invalid_regular_expression);
  EXPECT_TRUE(refused.error_message->starts_with(
      "SubscribedTopicRegex `orders(` is not a valid regular expression: "))
      << *refused.error_message;
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
}

TEST_F(RegexSubscriptionTest, AnExpressionOfNobodyIsForgotten) {
  Client a{.id = "a", .topics = {}, .regex = "pay.*"};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  leave_consumer(a);
  log.compact();
  for (const auto& record : log.records()) {
    const bool is_regex = record.key.size() > 1 && record.key[1] == std::byte{16};
    EXPECT_FALSE(is_regex && record.value);
  }
}

}  // namespace
}  // namespace millrace::coordinator
