// The rebalance: who is waited for, how long, and who is left behind.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using RebalanceTest = CoordinatorTest;

TEST_F(RebalanceTest, AGroupBeginsAfterTheInitialDelay) {
  const auto joined = join({});
  pass(2'999);
  EXPECT_FALSE(joined.is_here());
  EXPECT_EQ(state(), "PreparingRebalance");
  pass(1);
  EXPECT_EQ(joined->generation_id, 1);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(RebalanceTest, EveryNewcomerExtendsTheInitialDelay) {
  const auto first = join({});
  pass(2'000);
  const auto second = join({});
  pass(1'000);
  EXPECT_FALSE(first.is_here());
  pass(2'000);
  const auto third = join({});
  pass(1'000);
  EXPECT_FALSE(first.is_here());
  pass(3'000);
  EXPECT_EQ(first->members.size(), 3u);
  EXPECT_EQ(second->generation_id, 1);
  EXPECT_EQ(third->generation_id, 1);
}

TEST_F(RebalanceTest, TheInitialDelayIsNeverLongerThanTheRebalanceTimeout) {
  const auto first = join({.rebalance_ms = 7'000});
  for (int second = 0; second < 7; ++second) {
    EXPECT_FALSE(first.is_here()) << second;
    join({.rebalance_ms = 7'000});
    pass(1'000);
  }
  EXPECT_TRUE(first.is_here());
}

TEST_F(RebalanceTest, WithoutDelayTheFirstMemberGetsItsGenerationAtOnce) {
  config.initial_rebalance_delay_ms = 0;
  restart();
  const auto joined = join({});
  pass(0);
  EXPECT_EQ(joined->generation_id, 1);
}

TEST_F(RebalanceTest, ANewMemberCallsTheOthersBack) {
  const Formed formed = form_group({{}});
  const auto newcomer = join({});
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::rebalance_in_progress);
  EXPECT_FALSE(newcomer.is_here());
  const auto rejoined = join({.id = formed.leader});
  EXPECT_EQ(rejoined->generation_id, 2);
  EXPECT_EQ(newcomer->generation_id, 2);
  EXPECT_EQ(newcomer->leader, formed.leader) << "the leader stays the leader";
}

TEST_F(RebalanceTest, AMemberThatDoesNotRejoinInTimeIsDropped) {
  const Formed formed = form_group({{.session_ms = 600'000}, {.session_ms = 600'000}});
  const auto newcomer = join({});
  const auto rejoined = join({.id = formed.ids[1], .session_ms = 600'000});
  pass(59'999);
  EXPECT_FALSE(newcomer.is_here());
  pass(1);
  EXPECT_EQ(newcomer->generation_id, 2);
  EXPECT_EQ(rejoined->generation_id, 2);
  EXPECT_EQ(heartbeat({.id = formed.ids[0], .generation = 2}), ErrorCode::unknown_member_id);
  EXPECT_EQ(member_count(), 2u);
}

TEST_F(RebalanceTest, IfTheLeaderDoesNotRejoinAnotherLeads) {
  const Formed formed = form_group({{.session_ms = 600'000}, {.session_ms = 600'000}});
  const std::string follower = formed.ids[formed.leader == formed.ids[0] ? 1 : 0];
  const auto rejoined =
      join({.id = follower, .protocols = {protocol("range", {"payments"})}, .session_ms = 600'000});
  pass(60'000);
  EXPECT_EQ(rejoined->leader, follower);
  ASSERT_EQ(rejoined->members.size(), 1u);
}

TEST_F(RebalanceTest, TheLongestRebalanceTimeoutCounts) {
  const Formed formed = form_group({{.session_ms = 600'000, .rebalance_ms = 90'000}});
  const auto newcomer = join({.rebalance_ms = 10'000});
  pass(89'999);
  EXPECT_FALSE(newcomer.is_here());
  pass(1);
  EXPECT_EQ(newcomer->generation_id, formed.generation + 1);
}

TEST_F(RebalanceTest, AMemberThatDoesNotSyncInTimeIsDropped) {
  const auto first = join({.session_ms = 600'000});
  const auto second = join({.session_ms = 600'000});
  pass(6'000);
  const std::string silent =
      first->leader == first->member_id ? second->member_id : first->member_id;
  const Who leader{.id = first->leader, .generation = 1};
  EXPECT_EQ(sync(leader)->error, ErrorCode::none);
  EXPECT_EQ(state(), "Stable");
  pass(60'000);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat({.id = silent, .generation = 1}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(leader), ErrorCode::rebalance_in_progress);
}

TEST_F(RebalanceTest, ALeaderThatDoesNotSyncIsReplaced) {
  const auto first = join({.session_ms = 600'000});
  const auto second = join({.session_ms = 600'000});
  pass(6'000);
  const std::string follower =
      first->leader == first->member_id ? second->member_id : first->member_id;
  const auto waiting = sync({.id = follower, .generation = 1});
  EXPECT_FALSE(waiting.is_here());
  pass(60'000);
  EXPECT_EQ(waiting->error, ErrorCode::rebalance_in_progress);
  const auto rejoined = join({.id = follower, .session_ms = 600'000});
  EXPECT_EQ(rejoined->leader, follower);
  EXPECT_EQ(rejoined->generation_id, 2);
}

TEST_F(RebalanceTest, AJoinWhileTheLeaderAssignsSendsEverybodyBack) {
  const auto first = join({});
  const auto second = join({});
  pass(6'000);
  const std::string follower =
      first->leader == first->member_id ? second->member_id : first->member_id;
  const auto waiting = sync({.id = follower, .generation = 1});
  const auto newcomer = join({});
  EXPECT_EQ(waiting->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(sync({.id = first->leader, .generation = 1})->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_FALSE(newcomer.is_here());
}

TEST_F(RebalanceTest, AGroupWhoseMembersAllWentIsEmptyAndRemembersItsGeneration) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(leave(formed.who(0)), ErrorCode::none);
  EXPECT_EQ(state(), "Empty");
  const auto next = join({});
  pass(3'000);
  EXPECT_EQ(next->generation_id, formed.generation + 2) << "becoming empty is a generation too";
}

}  // namespace
}  // namespace millrace::coordinator
