// ListGroups, DescribeGroups, DeleteGroups.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using GroupsTest = CoordinatorTest;

std::vector<std::string> ids(const ListGroupsResponse& listed) {
  std::vector<std::string> ids;
  for (const ListedGroup& group : listed.groups) ids.push_back(group.group_id);
  std::ranges::sort(ids);
  return ids;
}

TEST_F(GroupsTest, ListingTellsTypeProtocolTypeAndState) {
  form_group({{}});
  commit_standalone({}, "alone");
  auto listed = groups->list({}).groups;
  ASSERT_EQ(listed.size(), 2u);
  std::ranges::sort(listed, {}, &ListedGroup::group_id);
  EXPECT_EQ(listed[0].group_id, "alone");
  EXPECT_EQ(listed[0].protocol_type, "");
  EXPECT_EQ(listed[0].state, "Empty");
  EXPECT_EQ(listed[1].protocol_type, "consumer");
  EXPECT_EQ(listed[1].state, "Stable");
  EXPECT_EQ(listed[1].type, "classic");
}

TEST_F(GroupsTest, ListingIsFilteredByStateAndTypeInWhateverCase) {
  form_group({{}});
  commit_standalone({}, "alone");
  EXPECT_EQ(ids(groups->list({.states = {"stable"}})), std::vector<std::string>{"g"});
  EXPECT_EQ(ids(groups->list({.states = {"Empty"}})), std::vector<std::string>{"alone"});
  EXPECT_EQ(ids(groups->list({.states = {"Empty", "Stable"}})).size(), 2u);
  EXPECT_TRUE(groups->list({.states = {"Dead"}}).groups.empty());
  EXPECT_EQ(ids(groups->list({.types = {"Classic"}})).size(), 2u);
  EXPECT_TRUE(groups->list({.types = {"consumer"}}).groups.empty());
}

TEST_F(GroupsTest, AStableGroupIsDescribedInFull) {
  const Formed formed = form_group({{.instance = "one"}});
  const auto described = groups->describe("g");
  EXPECT_EQ(described.error, ErrorCode::none);
  EXPECT_EQ(described.state, "Stable");
  EXPECT_EQ(described.protocol_type, "consumer");
  EXPECT_EQ(described.protocol, "range");
  ASSERT_EQ(described.members.size(), 1u);
  const DescribedMember& member = described.members[0];
  EXPECT_EQ(member.member_id, formed.ids[0]);
  EXPECT_EQ(member.group_instance_id, "one");
  EXPECT_EQ(member.client_id, "client");
  EXPECT_EQ(member.client_host, "/127.0.0.1");
  EXPECT_EQ(member.metadata, subscription({"orders"}));
  EXPECT_EQ(member.assignment, bytes_of("for " + formed.ids[0]));
}

TEST_F(GroupsTest, WhileTheGroupRebalancesProtocolAndSubscriptionsAreLeftOut) {
  const auto formed = form_group({{}});
  join({});
  const auto described = groups->describe("g");
  EXPECT_EQ(described.state, "PreparingRebalance");
  EXPECT_EQ(described.protocol, "");
  ASSERT_EQ(described.members.size(), 2u);
  for (const DescribedMember& member : described.members) {
    EXPECT_TRUE(member.metadata.empty());
    EXPECT_EQ(member.assignment,
              member.member_id == formed.ids[0] ? bytes_of("for " + formed.ids[0]) : Bytes())
        << "what a member has stays its own until it joins again";
  }
}

TEST_F(GroupsTest, AGroupThatIsNotThereIsDead) {
  const auto described = groups->describe("none");
  EXPECT_EQ(described.error, ErrorCode::group_id_not_found);
  EXPECT_EQ(described.state, "Dead");
  EXPECT_EQ(described.error_message, "Group none not found.");
}

TEST_F(GroupsTest, AnEmptyGroupIsDeletedWithItsOffsetsForGood) {
  const Formed formed = form_group({{}});
  commit(formed.who(0), {.offset = 1});
  leave(formed.who(0));
  EXPECT_EQ(delete_group(), ErrorCode::none);
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(fetched(), -1);
  EXPECT_TRUE(groups->list({}).groups.empty());
  restart();
  EXPECT_EQ(state(), "Dead");
  EXPECT_EQ(fetched(), -1);
}

TEST_F(GroupsTest, AGroupWithMembersIsNotDeleted) {
  form_group({{}});
  EXPECT_EQ(delete_group(), ErrorCode::non_empty_group);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(GroupsTest, ManyDeletionsAreAnsweredInTheOrderOfTheRequest) {
  form_group({{}});
  commit_standalone({}, "a");
  commit_standalone({}, "b");
  Answer<std::vector<DeletedGroup>> answer;
  log.hold();
  groups->delete_groups({"b", "none", "g", "a"}, answer.reply());
  EXPECT_FALSE(answer.is_here());
  log.release();
  ASSERT_EQ(answer->size(), 4u);
  EXPECT_EQ((*answer)[0].group_id, "b");
  EXPECT_EQ((*answer)[0].error, ErrorCode::none);
  EXPECT_EQ((*answer)[1].error, ErrorCode::group_id_not_found);
  EXPECT_EQ((*answer)[2].error, ErrorCode::non_empty_group);
  EXPECT_EQ((*answer)[3].error, ErrorCode::none);
}

TEST_F(GroupsTest, ADeletionThatCannotBeWrittenLeavesTheGroup) {
  commit_standalone({.offset = 5});
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(delete_group(), ErrorCode::not_coordinator);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(fetched(), 5);
}

TEST_F(GroupsTest, WhileItIsBeingDeletedAGroupTakesNothing) {
  commit_standalone({.offset = 5});
  log.hold();
  Answer<std::vector<DeletedGroup>> answer;
  groups->delete_groups({"g"}, answer.reply());
  EXPECT_EQ(commit_standalone({.offset = 6}), ErrorCode::coordinator_not_available);
  EXPECT_EQ(join({})->error, ErrorCode::coordinator_not_available);
  log.release();
  EXPECT_EQ(answer->at(0).error, ErrorCode::none);
  EXPECT_EQ(commit_standalone({.offset = 6}), ErrorCode::none) << "a new group";
  EXPECT_EQ(fetched(), 6);
}

TEST_F(GroupsTest, NoGroupsToDeleteIsAnAnswerToo) {
  Answer<std::vector<DeletedGroup>> answer;
  groups->delete_groups({}, answer.reply());
  EXPECT_TRUE(answer->empty());
}

}  // namespace
}  // namespace millrace::coordinator
