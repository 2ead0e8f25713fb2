// JoinGroup of newcomers and of known members.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using JoinTest = CoordinatorTest;

TEST_F(JoinTest, EmptyGroupIdIsRefused) {
  EXPECT_EQ(join({.group = ""})->error, ErrorCode::invalid_group_id);
}

TEST_F(JoinTest, SessionTimeoutMustLieBetweenTheBrokersBounds) {
  EXPECT_EQ(join({.session_ms = 5'999})->error, ErrorCode::invalid_session_timeout);
  EXPECT_EQ(join({.session_ms = 1'800'001})->error, ErrorCode::invalid_session_timeout);
  EXPECT_FALSE(join({.session_ms = 6'000}).is_here());
}

TEST_F(JoinTest, WithoutTypeOrProtocolsNobodyCanJoin) {
  EXPECT_EQ(join({.type = ""})->error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(join({.protocols = {}})->error, ErrorCode::inconsistent_group_protocol);
}

TEST_F(JoinTest, AnUnknownMemberOfAnUnknownGroupIsTold) {
  EXPECT_EQ(join({.id = "nobody"})->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(state(), "Dead") << "such a join must not create the group";
}

TEST_F(JoinTest, AnUnknownMemberOfAKnownGroupIsTold) {
  form_group({{}});
  EXPECT_EQ(join({.id = "nobody"})->error, ErrorCode::unknown_member_id);
}

TEST_F(JoinTest, NewerClientsGetAnIdFirst) {
  const auto first = join({.needs_id = true});
  EXPECT_EQ(first->error, ErrorCode::member_id_required);
  EXPECT_TRUE(first->member_id.starts_with("client-")) << first->member_id;
  const auto second = join({.id = first->member_id, .needs_id = true});
  pass(3'000);
  EXPECT_EQ(second->error, ErrorCode::none);
  EXPECT_EQ(second->member_id, first->member_id);
}

TEST_F(JoinTest, TheFirstMemberLeadsAndLearnsOfAllMembers) {
  const auto first = join({});
  const auto second = join({});
  pass(6'000);
  EXPECT_EQ(first->generation_id, 1);
  EXPECT_EQ(first->leader, first->member_id);
  EXPECT_EQ(first->protocol_type, "consumer");
  EXPECT_EQ(first->protocol_name, "range");
  ASSERT_EQ(first->members.size(), 2u);
  EXPECT_EQ(first->members[0].metadata, subscription({"orders"}));
  EXPECT_EQ(second->leader, first->member_id);
  EXPECT_TRUE(second->members.empty()) << "only the leader assigns";
}

TEST_F(JoinTest, AnIdGivenOutAndNeverUsedIsForgottenAfterItsSession) {
  const Formed formed = form_group({{.session_ms = 60'000}});
  const std::string id = given_id({});
  const auto rejoined = join({.id = formed.leader, .session_ms = 60'000});
  EXPECT_FALSE(rejoined.is_here()) << "the group waits for the pending member";
  pass(10'000);
  EXPECT_EQ(rejoined->error, ErrorCode::none);
  EXPECT_EQ(join({.id = id})->error, ErrorCode::unknown_member_id);
}

TEST_F(JoinTest, TheProtocolMustBeSharedByAllMembers) {
  form_group({{.protocols = {protocol("range"), protocol("roundrobin")}}});
  EXPECT_EQ(join({.protocols = {protocol("sticky")}})->error,
            ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(join({.type = "connect"})->error, ErrorCode::inconsistent_group_protocol);
  EXPECT_FALSE(join({.protocols = {protocol("sticky"), protocol("roundrobin")}}).is_here());
}

TEST_F(JoinTest, MembersVoteAmongTheProtocolsThatAllOffer) {
  // Moving from eager to cooperative rebalancing: as long as one member does not know the new
  // protocol, the old one stays.
  const auto cooperative = std::vector{protocol("cooperative-sticky"), protocol("range")};
  const Formed mixed = form_group({{.protocols = cooperative}, {.protocols = {protocol("range")}}});
  EXPECT_EQ(groups->describe("g").protocol, "range");
  const auto first = join({.id = mixed.ids[0], .protocols = cooperative});
  const auto second = join({.id = mixed.ids[1], .protocols = cooperative});
  EXPECT_EQ(second->protocol_name, "cooperative-sticky");
  EXPECT_EQ(first->generation_id, mixed.generation + 1);
}

TEST_F(JoinTest, TheMajorityDecidesAmongSharedProtocols) {
  const auto prefers_a = std::vector{protocol("a"), protocol("b")};
  const auto prefers_b = std::vector{protocol("b"), protocol("a")};
  form_group({{.protocols = prefers_a}, {.protocols = prefers_b}, {.protocols = prefers_b}});
  EXPECT_EQ(groups->describe("g").protocol, "b");
}

TEST_F(JoinTest, AFollowerThatRejoinsUnchangedGetsTheGenerationItHas) {
  const Formed formed = form_group({{}, {}});
  const std::string follower = formed.ids[formed.leader == formed.ids[0] ? 1 : 0];
  const auto again = join({.id = follower});
  EXPECT_EQ(again->error, ErrorCode::none);
  EXPECT_EQ(again->generation_id, formed.generation);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(JoinTest, AFollowerWithAnotherSubscriptionStartsARebalance) {
  const Formed formed = form_group({{}, {}});
  const std::string follower = formed.ids[formed.leader == formed.ids[0] ? 1 : 0];
  EXPECT_FALSE(join({.id = follower, .protocols = {protocol("range", {"payments"})}}).is_here());
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat({.id = formed.leader, .generation = formed.generation}),
            ErrorCode::rebalance_in_progress);
}

TEST_F(JoinTest, TheLeaderRejoinsToHaveTheAssignmentMadeAnew) {
  const Formed formed = form_group({{}});
  const auto again = join({.id = formed.leader});
  EXPECT_EQ(again->generation_id, formed.generation + 1);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(JoinTest, ALostAnswerIsGivenAgain) {
  const auto first = join({});
  pass(3'000);
  const auto again = join({.id = first->member_id});
  EXPECT_EQ(again->generation_id, first->generation_id);
  EXPECT_EQ(again->members.size(), 1u);
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(JoinTest, ARequestSentAgainTakesThePlaceOfTheFirst) {
  const auto formed = form_group({{}, {}});
  const auto first = join({.id = formed.ids[0], .protocols = {{"range", subscription({"more"})}}});
  const auto again = join({.id = formed.ids[0], .protocols = {{"range", subscription({"more"})}}});
  ASSERT_TRUE(first.is_here());
  EXPECT_EQ(first->error, ErrorCode::rebalance_in_progress);
  EXPECT_FALSE(again.is_here());
}

TEST_F(JoinTest, AFullGroupTakesNobodyElse) {
  config.group_size_max = 2;
  restart();
  form_group({{}, {}});
  EXPECT_EQ(join({})->error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(member_count(), 2u);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(JoinTest, AGroupAboveALoweredLimitShrinksToIt) {
  const Formed formed = form_group({{}, {}, {}});
  config.group_size_max = 2;
  restart();
  EXPECT_EQ(state(), "PreparingRebalance");
  std::vector<Answer<JoinResponse>> answers;
  for (const std::string& id : formed.ids) answers.push_back(join({.id = id}));
  EXPECT_EQ(answers[2]->error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(answers[0]->error, ErrorCode::none);
  EXPECT_EQ(answers[1]->error, ErrorCode::none);
  EXPECT_EQ(member_count(), 2u);
}

TEST_F(JoinTest, ADiskThatRefusesTheOffsetsTopicIsCoordinatorNotAvailable) {
  log.refuse_creation();
  EXPECT_EQ(join({})->error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(groups->find_coordinator("g"), ErrorCode::coordinator_not_available);
}

TEST_F(JoinTest, NothingIsServedBeforeTheGroupsAreLoaded) {
  groups = std::make_unique<GroupCoordinator>(config, log, clock, timers);
  EXPECT_EQ(groups->find_coordinator("g"), ErrorCode::coordinator_not_available);
  EXPECT_EQ(join({})->error, ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(sync({.id = "m"})->error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(heartbeat({.id = "m"}), ErrorCode::none);
  EXPECT_EQ(leave({.id = "m"}), ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(commit_standalone({}), ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(fetch_all().error, ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(groups->describe("g").error, ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(delete_group(), ErrorCode::coordinator_load_in_progress);
  EXPECT_EQ(delete_offsets("orders", 0)->error, ErrorCode::coordinator_load_in_progress);
}

}  // namespace
}  // namespace millrace::coordinator
