// SyncGroup, heartbeats and sessions.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using SyncTest = CoordinatorTest;
using SessionTest = CoordinatorTest;

TEST_F(SyncTest, FollowersWaitForTheLeadersAssignment) {
  const auto first = join({});
  const auto second = join({});
  pass(6'000);
  const bool first_leads = first->leader == first->member_id;
  const std::string follower = first_leads ? second->member_id : first->member_id;
  const auto waiting = sync({.id = follower, .generation = 1});
  EXPECT_FALSE(waiting.is_here());
  const auto by_leader = sync({.id = first->leader, .generation = 1},
                              {{follower, bytes_of("yours")}, {first->leader, bytes_of("mine")}});
  EXPECT_EQ(by_leader->assignment, bytes_of("mine"));
  EXPECT_EQ(waiting->assignment, bytes_of("yours"));
  EXPECT_EQ(waiting->protocol_type, "consumer");
  EXPECT_EQ(waiting->protocol_name, "range");
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SyncTest, TheAssignmentCountsOnceItIsDurable) {
  const auto joined = join({});
  pass(3'000);
  log.hold();
  const auto synced =
      sync({.id = joined->member_id, .generation = 1}, {{joined->member_id, bytes_of("mine")}});
  EXPECT_FALSE(synced.is_here());
  EXPECT_EQ(state(), "CompletingRebalance");
  log.release();
  EXPECT_EQ(synced->assignment, bytes_of("mine"));
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SyncTest, AnAssignmentThatCannotBeStoredSendsEverybodyBack) {
  const auto joined = join({});
  pass(3'000);
  log.fail_next(ErrorCode::kafka_storage_error);
  const auto synced =
      sync({.id = joined->member_id, .generation = 1}, {{joined->member_id, bytes_of("mine")}});
  EXPECT_EQ(synced->error, ErrorCode::not_coordinator);
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncTest, AnAssignmentOvertakenByARebalanceIsOfNoUse) {
  const auto joined = join({});
  pass(3'000);
  log.hold();
  const auto synced =
      sync({.id = joined->member_id, .generation = 1}, {{joined->member_id, bytes_of("old")}});
  const auto newcomer = join({});
  EXPECT_EQ(synced->error, ErrorCode::rebalance_in_progress);
  log.release();
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_FALSE(newcomer.is_here());
}

TEST_F(SyncTest, ASyncInAStableGroupGetsTheAssignmentAgain) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(sync(formed.who(0))->assignment, bytes_of("for " + formed.ids[0]));
}

TEST_F(SyncTest, WrongGenerationsMembersAndGroupsAreTold) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(sync({.id = formed.ids[0], .generation = 7})->error, ErrorCode::illegal_generation);
  EXPECT_EQ(sync({.id = "nobody", .generation = 1})->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(sync({.id = "nobody", .generation = 1, .group = "none"})->error,
            ErrorCode::unknown_member_id);
  EXPECT_EQ(sync({.id = "nobody", .group = ""})->error, ErrorCode::invalid_group_id);
}

TEST_F(SyncTest, AnotherProtocolThanTheGroupsIsInconsistent) {
  const Formed formed = form_group({{}});
  SyncRequest request;
  request.group_id = "g";
  request.generation_id = formed.generation;
  request.member_id = formed.leader;
  request.protocol_type = "consumer";
  request.protocol_name = "sticky";
  Answer<SyncResponse> by_name;
  groups->sync(request, by_name.reply());
  EXPECT_EQ(by_name->error, ErrorCode::inconsistent_group_protocol);
  request.protocol_name = "range";
  request.protocol_type = "connect";
  Answer<SyncResponse> by_type;
  groups->sync(request, by_type.reply());
  EXPECT_EQ(by_type->error, ErrorCode::inconsistent_group_protocol);
}

TEST_F(SyncTest, ASyncDuringARebalanceHasToJoinFirst) {
  const Formed formed = form_group({{}});
  join({});
  EXPECT_EQ(sync(formed.who(0))->error, ErrorCode::rebalance_in_progress);
}

TEST_F(SyncTest, ASyncSentAgainAnswersTheFirstOne) {
  const auto first = join({});
  const auto second = join({});
  pass(6'000);
  const std::string follower =
      first->leader == first->member_id ? second->member_id : first->member_id;
  const auto lost = sync({.id = follower, .generation = 1});
  const auto again = sync({.id = follower, .generation = 1});
  EXPECT_EQ(lost->error, ErrorCode::rebalance_in_progress);
  EXPECT_FALSE(again.is_here());
}

TEST_F(SessionTest, AMemberThatIsNotHeardOfIsDropped) {
  const Formed formed = form_group({{}, {.session_ms = 30'000}});
  pass(9'999);
  EXPECT_EQ(member_count(), 2u);
  pass(1);
  EXPECT_EQ(member_count(), 1u);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(formed.who(1)), ErrorCode::rebalance_in_progress);
}

TEST_F(SessionTest, HeartbeatsKeepAMemberForEver) {
  const Formed formed = form_group({{}});
  pass_with_heartbeats(100'000, {formed.who(0)});
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat(formed.who(0)), ErrorCode::none);
}

TEST_F(SessionTest, ACommitIsASignOfLife) {
  const Formed formed = form_group({{}});
  for (int i = 0; i < 5; ++i) {
    pass(9'000);
    EXPECT_EQ(commit(formed.who(0), {.offset = i}), ErrorCode::none);
  }
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SessionTest, AMemberWhoseJoinWaitsNeedsNoHeartbeats) {
  const Formed formed = form_group({{}, {.session_ms = 600'000}});
  const auto rejoined = join({.id = formed.ids[0], .protocols = {protocol("range", {"payments"})}});
  pass(50'000);
  EXPECT_FALSE(rejoined.is_here());
  EXPECT_EQ(member_count(), 2u);
  join({.id = formed.ids[1], .session_ms = 600'000});
  EXPECT_EQ(rejoined->error, ErrorCode::none);
  EXPECT_EQ(rejoined->generation_id, 2);
}

TEST_F(SessionTest, ANewcomersFirstJoinWaitsFiveMinutesAtMost) {
  const Formed formed = form_group({{.session_ms = 1'000'000, .rebalance_ms = 1'000'000}});
  const auto newcomer = join({});
  pass(299'999);
  EXPECT_FALSE(newcomer.is_here());
  pass(1);
  EXPECT_EQ(newcomer->error, ErrorCode::unknown_member_id);
  EXPECT_EQ(member_count(), 1u);
}

TEST_F(SessionTest, TheLastMembersEndEmptiesTheGroup) {
  form_group({{}});
  pass(10'000);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(SessionTest, AShorterSessionCountsFromItsJoin) {
  const Formed formed = form_group({{.session_ms = 600'000}});
  join({.id = formed.leader, .session_ms = 10'000});
  const Who leader{.id = formed.leader, .generation = 2};
  EXPECT_EQ(sync(leader)->error, ErrorCode::none);
  pass(10'000);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(SessionTest, HeartbeatsOfWrongGenerationsMembersAndGroupsAreTold) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(heartbeat({.id = formed.ids[0], .generation = 9}), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat({.id = "nobody", .generation = 1}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.id = "nobody", .group = "none"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.id = "nobody", .group = ""}), ErrorCode::invalid_group_id);
}

TEST_F(SessionTest, HeartbeatsAreFineWhileTheLeaderAssigns) {
  const auto joined = join({});
  pass(3'000);
  EXPECT_EQ(heartbeat({.id = joined->member_id, .generation = 1}), ErrorCode::none);
}

TEST_F(SessionTest, NoReplyComesAfterTheCoordinatorsEnd) {
  const auto joined = join({});
  groups.reset();
  pass(60'000);
  EXPECT_FALSE(joined.is_here());
}

}  // namespace
}  // namespace millrace::coordinator
