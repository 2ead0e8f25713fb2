// OffsetCommit, OffsetFetch, OffsetDelete.
#include <gtest/gtest.h>

#include "harness.h"

namespace millrace::coordinator {
namespace {

using CommitTest = CoordinatorTest;
using FetchTest = CoordinatorTest;
using OffsetDeleteTest = CoordinatorTest;

TEST_F(CommitTest, AMembersCommitIsFetchedWithAllItCarries) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(commit(formed.who(0),
                   {.partition = 3, .offset = 42, .metadata = "at noon", .leader_epoch = 5}),
            ErrorCode::none);
  const auto fetched_offset = fetch("orders", 3);
  EXPECT_EQ(fetched_offset.offset, Offset(42));
  EXPECT_EQ(fetched_offset.metadata, "at noon");
  EXPECT_EQ(fetched_offset.leader_epoch, LeaderEpoch(5));
}

TEST_F(CommitTest, WrongGenerationsAndMembersAreTold) {
  const Formed formed = form_group({{}});
  EXPECT_EQ(commit({.id = formed.ids[0], .generation = 0}, {}), ErrorCode::illegal_generation);
  EXPECT_EQ(commit({.id = formed.ids[0], .generation = 2}, {}), ErrorCode::illegal_generation);
  EXPECT_EQ(commit({.id = "nobody", .generation = 1}, {}), ErrorCode::unknown_member_id);
  EXPECT_EQ(fetched(), -1);
}

TEST_F(CommitTest, AStandaloneCommitIntoAnActiveGroupIsRefused) {
  form_group({{}});
  EXPECT_EQ(commit_standalone({.offset = 1}), ErrorCode::unknown_member_id);
  EXPECT_EQ(fetched(), -1);
}

TEST_F(CommitTest, AStandaloneCommitNeedsNoGroup) {
  EXPECT_EQ(commit_standalone({.offset = 7}, "alone"), ErrorCode::none);
  EXPECT_EQ(fetched("orders", 0, "alone"), 7);
  EXPECT_EQ(state("alone"), "Empty");
}

TEST_F(CommitTest, AStandaloneCommitIntoAnEmptyGroupIsFine) {
  const Formed formed = form_group({{}});
  leave(formed.who(0));
  EXPECT_EQ(commit_standalone({.offset = 7}), ErrorCode::none);
}

TEST_F(CommitTest, AGenerationOfAGroupThatIsNotThereIsIllegal) {
  EXPECT_EQ(commit({.id = "m", .generation = 1, .group = "none"}, {}),
            ErrorCode::illegal_generation);
  OffsetCommitRequest request;
  request.group_id = "none";
  request.generation_id = 1;
  request.member_id = "m";
  request.knows_group_id_not_found = true;
  request.topics.push_back({"orders", {{PartitionId(0), Offset(1), kNoLeaderEpoch, ""}}});
  Answer<OffsetCommitResponse> answer;
  groups->commit_offsets(std::move(request), answer.reply());
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error, ErrorCode::group_id_not_found);
  EXPECT_EQ(state("none"), "Dead");
}

TEST_F(CommitTest, WhileTheLeaderAssignsNobodyCommits) {
  const auto joined = join({});
  pass(3'000);
  EXPECT_EQ(commit({.id = joined->member_id, .generation = 1}, {}),
            ErrorCode::rebalance_in_progress);
}

TEST_F(CommitTest, WhileMembersAreCalledBackTheyMayStillCommit) {
  const Formed formed = form_group({{}});
  join({});
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(commit(formed.who(0), {.offset = 5}), ErrorCode::none);
  EXPECT_EQ(fetched(), 5);
}

TEST_F(CommitTest, MetadataHasABound) {
  const Formed formed = form_group({{}});
  const auto answer = start_commit(
      formed.who(0), {{.partition = 0, .offset = 1, .metadata = std::string(4'097, 'x')},
                      {.partition = 1, .offset = 2, .metadata = std::string(4'096, 'x')}});
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error, ErrorCode::offset_metadata_too_large);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error, ErrorCode::none);
  EXPECT_EQ(fetched("orders", 0), -1);
  EXPECT_EQ(fetched("orders", 1), 2);
}

TEST_F(CommitTest, NullMetadataIsEmpty) {
  EXPECT_EQ(commit_standalone({.offset = 1, .metadata = std::nullopt}), ErrorCode::none);
  EXPECT_EQ(fetch("orders", 0).metadata, "");
}

TEST_F(CommitTest, PartitionsThatDoNotExistAreToldAndTheOthersCommitted) {
  const auto answer = start_commit({}, {{.topic = "nothing", .offset = 1},
                                        {.partition = 8, .offset = 1},
                                        {.partition = 7, .offset = 1}});
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(answer->topics.at(1).partitions.at(0).error, ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(answer->topics.at(2).partitions.at(0).error, ErrorCode::none);
}

TEST_F(CommitTest, ACommitIsAnsweredAndSeenOnceItIsDurable) {
  log.hold();
  EXPECT_EQ(log.append_count(), 0u);
  const auto answer = start_commit({}, {{.offset = 9}});
  EXPECT_EQ(log.append_count(), 1u);
  EXPECT_FALSE(answer.is_here());
  EXPECT_EQ(fetched(), -1);
  log.release();
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error, ErrorCode::none);
  EXPECT_EQ(fetched(), 9);
}

TEST_F(CommitTest, TheLogIsToldBelowWhichRecordsTheCommitStands) {
  start_commit({}, {{.partition = 2, .offset = 9}, {.topic = "payments", .offset = 4}});
  ASSERT_EQ(log.last_below().size(), 2u);
  EXPECT_EQ(log.last_below()[0].topic, "orders");
  EXPECT_EQ(log.last_below()[0].partition, PartitionId(2));
  EXPECT_EQ(log.last_below()[0].offset, Offset(9));
  EXPECT_EQ(log.last_below()[1].topic, "payments");
}

TEST_F(CommitTest, ACommitThatCannotBeWrittenChangesNothing) {
  EXPECT_EQ(commit_standalone({.offset = 1}), ErrorCode::none);
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(commit_standalone({.offset = 2}), ErrorCode::not_coordinator);
  log.fail_next(ErrorCode::not_enough_replicas);
  EXPECT_EQ(commit_standalone({.offset = 3}), ErrorCode::coordinator_not_available);
  EXPECT_EQ(fetched(), 1);
}

TEST_F(CommitTest, TheLaterOfTwoCommitsOnTheirWayWins) {
  log.hold();
  const auto first = start_commit({}, {{.offset = 20}});
  const auto second = start_commit({}, {{.offset = 10}});
  log.release();
  EXPECT_EQ(fetched(), 10) << "going back is allowed";
  restart();
  EXPECT_EQ(fetched(), 10);
}

TEST_F(CommitTest, AReplyMayCommitAgain) {
  Answer<OffsetCommitResponse> second;
  OffsetCommitRequest request;
  request.group_id = "g";
  request.topics.push_back({"orders", {{PartitionId(0), Offset(1), kNoLeaderEpoch, ""}}});
  groups->commit_offsets(request, [&](const OffsetCommitResponse&) {
    auto next = request;
    next.topics[0].partitions[0].offset = Offset(2);
    groups->commit_offsets(std::move(next), second.reply());
  });
  EXPECT_TRUE(second.is_here());
  EXPECT_EQ(fetched(), 2);
}

TEST_F(FetchTest, WithoutACommitTheOffsetIsMinusOneAndNoError) {
  const auto nothing = fetch("orders", 0, "none");
  EXPECT_EQ(nothing.offset, kNoCommittedOffset);
  EXPECT_EQ(nothing.leader_epoch, kNoLeaderEpoch);
  EXPECT_EQ(nothing.metadata, "");
  EXPECT_EQ(nothing.error, ErrorCode::none);
  EXPECT_EQ(fetched("no such topic"), -1);
}

TEST_F(FetchTest, NullTopicsAreAllThatIsCommitted) {
  start_commit({}, {{.partition = 1, .offset = 1},
                    {.partition = 4, .offset = 4},
                    {.topic = "payments", .offset = 7}});
  const auto all = fetch_all();
  ASSERT_EQ(all.topics.size(), 2u);
  EXPECT_EQ(all.topics[0].topic, "orders");
  ASSERT_EQ(all.topics[0].partitions.size(), 2u);
  EXPECT_EQ(all.topics[0].partitions[1].partition, PartitionId(4));
  EXPECT_EQ(all.topics[1].partitions.at(0).offset, Offset(7));
  EXPECT_TRUE(fetch_all("none").topics.empty());
}

TEST_F(OffsetDeleteTest, DeletedOffsetsAreGoneAndStayGone) {
  start_commit({}, {{.partition = 0, .offset = 1}, {.partition = 1, .offset = 2}});
  const auto answer = delete_offsets("orders", 0);
  EXPECT_EQ(answer->error, ErrorCode::none);
  EXPECT_EQ(answer->topics.at(0).partitions.at(0).error, ErrorCode::none);
  EXPECT_EQ(fetched("orders", 0), -1);
  restart();
  EXPECT_EQ(fetched("orders", 0), -1);
  EXPECT_EQ(fetched("orders", 1), 2);
}

TEST_F(OffsetDeleteTest, OffsetsOfSubscribedTopicsStay) {
  const Formed formed = form_group({{}});
  start_commit(formed.who(0), {{.offset = 1}, {.topic = "payments", .offset = 2}});
  EXPECT_EQ(delete_offsets("orders", 0)->topics.at(0).partitions.at(0).error,
            ErrorCode::group_subscribed_to_topic);
  EXPECT_EQ(delete_offsets("payments", 0)->topics.at(0).partitions.at(0).error, ErrorCode::none);
  EXPECT_EQ(fetched("orders"), 1);
  EXPECT_EQ(fetched("payments"), -1);
}

TEST_F(OffsetDeleteTest, WhereASubscriptionCannotBeReadAllTopicsMayBeSubscribed) {
  Bytes without_user_data(6);
  form_group({{.protocols = {{"range", std::move(without_user_data)}}}});
  EXPECT_EQ(delete_offsets("payments", 0)->topics.at(0).partitions.at(0).error,
            ErrorCode::group_subscribed_to_topic);
}

TEST_F(OffsetDeleteTest, AnActiveGroupOfAnotherTypeIsNotEmpty) {
  form_group({{.type = "connect"}});
  const auto answer = delete_offsets("orders", 0);
  EXPECT_EQ(answer->error, ErrorCode::non_empty_group);
  EXPECT_TRUE(answer->topics.empty());
}

TEST_F(OffsetDeleteTest, UnknownGroupsAndPartitionsAreTold) {
  EXPECT_EQ(delete_offsets("orders", 0, "none")->error, ErrorCode::group_id_not_found);
  commit_standalone({.offset = 1});
  EXPECT_EQ(delete_offsets("orders", 99)->topics.at(0).partitions.at(0).error,
            ErrorCode::unknown_topic_or_partition);
}

TEST_F(OffsetDeleteTest, ADeletionThatCannotBeWrittenDeletesNothing) {
  commit_standalone({.offset = 1});
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(delete_offsets("orders", 0)->error, ErrorCode::not_coordinator);
  EXPECT_EQ(fetched(), 1);
}

TEST_F(OffsetDeleteTest, ACommitOnItsWayIsDeletedToo) {
  log.hold();
  const auto committed = start_commit({}, {{.offset = 1}});
  const auto deleted = delete_offsets("orders", 0);
  log.release();
  EXPECT_EQ(deleted->error, ErrorCode::none);
  EXPECT_EQ(fetched(), -1);
  restart();
  EXPECT_EQ(fetched(), -1);
}

TEST_F(OffsetDeleteTest, ACommitAfterTheDeletionStays) {
  commit_standalone({.offset = 1});
  log.hold();
  const auto deleted = delete_offsets("orders", 0);
  const auto committed = start_commit({}, {{.offset = 2}});
  log.release();
  EXPECT_EQ(fetched(), 2);
  restart();
  EXPECT_EQ(fetched(), 2);
}

TEST_F(OffsetDeleteTest, ADeletedTopicTakesItsOffsetsAlongInEveryGroup) {
  commit_standalone({.offset = 1}, "a");
  commit_standalone({.topic = "payments", .offset = 2}, "a");
  commit_standalone({.offset = 3}, "b");
  log.remove_topic("orders");
  groups->topics_deleted({"orders"});
  EXPECT_EQ(fetched("orders", 0, "a"), -1);
  EXPECT_EQ(fetched("orders", 0, "b"), -1);
  EXPECT_EQ(fetched("payments", 0, "a"), 2);
  restart();
  EXPECT_EQ(fetched("orders", 0, "b"), -1);
}

}  // namespace
}  // namespace millrace::coordinator
