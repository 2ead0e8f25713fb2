// Static members: they come back under a new id and keep what they had.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

class StaticMembersTest : public CoordinatorTest {
 protected:
  static As one() { return {.instance = "one", .session_ms = 60'000}; }
  static As two() { return {.instance = "two", .session_ms = 60'000}; }
  Formed pair() { return form_group({one(), two()}); }
};

TEST_F(StaticMembersTest, AStaticMemberIsNotAskedToComeBackWithAnId) {
  As as = one();
  as.needs_id = true;
  const auto joined = join(as);
  pass(3'000);
  EXPECT_EQ(joined->error, ErrorCode::none);
  EXPECT_TRUE(joined->member_id.starts_with("one-")) << joined->member_id;
}

TEST_F(StaticMembersTest, AReturningFollowerKeepsGenerationAndAssignment) {
  const Formed formed = pair();
  const size_t follower = formed.leader == formed.ids[0] ? 1 : 0;
  const auto again = join(follower == 0 ? one() : two());
  EXPECT_EQ(again->error, ErrorCode::none);
  EXPECT_EQ(again->generation_id, formed.generation);
  EXPECT_EQ(again->leader, formed.leader);
  EXPECT_NE(again->member_id, formed.ids[follower]);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(sync({.id = again->member_id, .generation = formed.generation})->assignment,
            bytes_of("for " + formed.ids[follower]));
}

TEST_F(StaticMembersTest, TheOldIdIsFenced) {
  const Formed formed = pair();
  const auto again = join(one());
  const Who old{.id = formed.ids[0], .generation = formed.generation, .instance = "one"};
  EXPECT_EQ(heartbeat(old), ErrorCode::fenced_instance_id);
  EXPECT_EQ(sync(old)->error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(commit(old, {}), ErrorCode::fenced_instance_id);
  EXPECT_EQ(leave(old), ErrorCode::fenced_instance_id);
  EXPECT_EQ(join({.id = formed.ids[0], .instance = "one"})->error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(heartbeat({.id = again->member_id, .generation = formed.generation, .instance = "one"}),
            ErrorCode::none);
}

TEST_F(StaticMembersTest, AnUnknownInstanceIsAnUnknownMember) {
  const Formed formed = pair();
  EXPECT_EQ(heartbeat({.id = formed.ids[0], .generation = 1, .instance = "three"}),
            ErrorCode::unknown_member_id);
}

TEST_F(StaticMembersTest, AReturningLeaderBelowVersionNineIsAFollowerForNow) {
  const Formed formed = form_group({one()});
  const auto again = join(one());
  EXPECT_EQ(again->generation_id, formed.generation);
  EXPECT_EQ(again->leader, formed.leader) << "the old id, so that nobody computes an assignment";
  EXPECT_NE(again->member_id, again->leader);
  EXPECT_FALSE(again->skip_assignment);
  EXPECT_TRUE(again->members.empty());
}

TEST_F(StaticMembersTest, AReturningLeaderFromVersionNineOnSkipsTheAssignment) {
  const Formed formed = pair();
  As as = formed.leader == formed.ids[0] ? one() : two();
  as.may_skip = true;
  const auto again = join(as);
  EXPECT_EQ(again->leader, again->member_id);
  EXPECT_TRUE(again->skip_assignment);
  EXPECT_EQ(again->members.size(), 2u);
  EXPECT_EQ(again->generation_id, formed.generation);
}

TEST_F(StaticMembersTest, OtherProtocolsThanBeforeStartARebalance) {
  const Formed formed = pair();
  As as = one();
  as.protocols = {protocol("sticky"), protocol("range")};
  join(as);
  EXPECT_EQ(state(), "Stable") << "range is what all members offer, still";
  form_group({{.instance = "a", .group = "alone", .session_ms = 60'000}});
  const auto alone = join(
      {.instance = "a", .group = "alone", .protocols = {protocol("sticky"), protocol("range")}});
  EXPECT_EQ(alone->generation_id, 2);
  EXPECT_EQ(alone->protocol_name, "sticky");
}

TEST_F(StaticMembersTest, AReturnDuringTheAssignmentStartsOver) {
  const auto first = join(one());
  const auto second = join(two());
  pass(6'000);
  const auto again = join(one());
  EXPECT_FALSE(again.is_here());
  EXPECT_EQ(state(), "PreparingRebalance");
  As known = two();
  known.id = second->member_id;
  const auto other = join(known);
  EXPECT_EQ(again->generation_id, 2);
  EXPECT_EQ(other->generation_id, 2);
  EXPECT_EQ(again->leader, first->leader == first->member_id ? again->member_id : other->member_id);
}

TEST_F(StaticMembersTest, AJoinThatWaitsUnderTheOldIdIsFenced) {
  const auto first = join(one());
  const auto again = join(one());
  EXPECT_EQ(first->error, ErrorCode::fenced_instance_id);
  pass(3'000);
  EXPECT_EQ(again->error, ErrorCode::none);
  EXPECT_EQ(again->members.size(), 1u);
}

TEST_F(StaticMembersTest, SilentStaticMembersStayUntilTheirSessionsEnd) {
  const Formed formed = form_group(
      {{.instance = "one", .session_ms = 200'000}, {.instance = "two", .session_ms = 200'000}});
  const auto newcomer = join({});
  pass(60'000);
  EXPECT_EQ(newcomer->error, ErrorCode::none);
  EXPECT_EQ(newcomer->members.size(), 3u) << "the newcomer leads, the silent ones are counted";
  EXPECT_EQ(sync({.id = newcomer->member_id, .generation = 2})->error, ErrorCode::none);
  EXPECT_EQ(member_count(), 3u);
}

TEST_F(StaticMembersTest, TheNewIdSurvivesARestart) {
  const Formed formed = pair();
  const auto again = join(one());
  restart();
  EXPECT_EQ(heartbeat({.id = again->member_id, .generation = formed.generation, .instance = "one"}),
            ErrorCode::none);
  EXPECT_EQ(heartbeat({.id = formed.ids[0], .generation = formed.generation, .instance = "one"}),
            ErrorCode::fenced_instance_id);
}

TEST_F(StaticMembersTest, AReturnThatCannotBeStoredLeavesTheOldIdInPlace) {
  const Formed formed = pair();
  log.fail_next(ErrorCode::not_enough_replicas);
  const auto again = join(one());
  EXPECT_EQ(again->error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(heartbeat({.id = formed.ids[0], .generation = formed.generation, .instance = "one"}),
            ErrorCode::none);
  EXPECT_EQ(sync({.id = formed.ids[0], .generation = formed.generation})->assignment,
            bytes_of("for " + formed.ids[0]));
}

TEST_F(StaticMembersTest, AnAdministratorRemovesByInstanceId) {
  pair();
  const auto left = leave_all({{"", "one", "gone for good"}, {"", "three", std::nullopt}});
  EXPECT_EQ(left->error, ErrorCode::none);
  EXPECT_EQ(left->members.at(0).error, ErrorCode::none);
  EXPECT_EQ(left->members.at(1).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(member_count(), 1u);
  EXPECT_EQ(state(), "PreparingRebalance");
}

}  // namespace
}  // namespace millrace::coordinator
