// LeaveGroup.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using LeaveTest = CoordinatorTest;

TEST_F(LeaveTest, TheOthersAreCalledBackAtOnce) {
  const Formed formed = form_group({{}, {}});
  EXPECT_EQ(leave(formed.who(0)), ErrorCode::none);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(formed.who(1)), ErrorCode::rebalance_in_progress);
}

TEST_F(LeaveTest, UnknownMembersAndGroupsAreTold) {
  form_group({{}});
  EXPECT_EQ(leave({.id = "nobody"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave({.id = "nobody", .group = "none"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave({.id = "nobody", .group = ""}), ErrorCode::invalid_group_id);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(LeaveTest, ManyLeaveInOneRequestAndOneRebalance) {
  const Formed formed = form_group({{}, {}, {}});
  const auto left = leave_all({{formed.ids[0], std::nullopt, std::nullopt},
                               {"nobody", std::nullopt, std::nullopt},
                               {formed.ids[1], std::nullopt, std::nullopt}});
  EXPECT_EQ(left->members.at(0).error, ErrorCode::none);
  EXPECT_EQ(left->members.at(1).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(left->members.at(2).error, ErrorCode::none);
  EXPECT_EQ(join({.id = formed.ids[2]})->generation_id, formed.generation + 1);
}

TEST_F(LeaveTest, TheLastOneWaitedForCompletesTheJoin) {
  const Formed formed = form_group({{}, {}});
  const auto newcomer = join({});
  const auto rejoined = join({.id = formed.ids[0]});
  EXPECT_FALSE(newcomer.is_here());
  EXPECT_EQ(leave(formed.who(1)), ErrorCode::none);
  EXPECT_EQ(newcomer->generation_id, 2);
  EXPECT_EQ(rejoined->generation_id, 2);
}

TEST_F(LeaveTest, APendingIdIsGivenBack) {
  const Formed formed = form_group({{.session_ms = 60'000}});
  const std::string id = given_id({});
  const auto rejoined = join({.id = formed.leader, .session_ms = 60'000});
  EXPECT_FALSE(rejoined.is_here());
  EXPECT_EQ(leave({.id = id}), ErrorCode::none);
  EXPECT_EQ(rejoined->generation_id, 2);
}

TEST_F(LeaveTest, AWaitingJoinIsAnsweredWhenItsMemberLeaves) {
  const Formed formed = form_group({{}, {}});
  const auto rejoined = join({.id = formed.ids[0], .protocols = {protocol("range", {"payments"})}});
  EXPECT_EQ(leave(formed.who(0)), ErrorCode::none);
  EXPECT_EQ(rejoined->error, ErrorCode::unknown_member_id);
}

TEST_F(LeaveTest, TheLeadersLeaveMakesAnotherTheLeader) {
  const Formed formed = form_group({{}, {}});
  const size_t follower = formed.leader == formed.ids[0] ? 1 : 0;
  EXPECT_EQ(leave(formed.who(1 - follower)), ErrorCode::none);
  EXPECT_EQ(join({.id = formed.ids[follower]})->leader, formed.ids[follower]);
}

}  // namespace
}  // namespace millrace::coordinator
