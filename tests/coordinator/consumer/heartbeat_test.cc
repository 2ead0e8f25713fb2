// Members of the consumer protocol join, share the partitions and leave.
#include <gtest/gtest.h>

#include "consumer_harness.h"

namespace millrace::coordinator {
namespace {

using HeartbeatTest = ConsumerTest;

TEST_F(HeartbeatTest, TheFirstMemberGetsEverythingAtOnce) {
  Client a{.id = "a"};
  const auto response = join_consumer(a);
  EXPECT_EQ(response.error, ErrorCode::none);
  EXPECT_EQ(response.member_id, "a");
  EXPECT_EQ(response.member_epoch, 2);
  EXPECT_EQ(response.heartbeat_interval_ms, 5'000);
  EXPECT_EQ(response.assignment, partitions("orders", {0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(consumer_state(), "Stable");
}

TEST_F(HeartbeatTest, AGroupThatSubscribesToNothingIsInEpochOne) {
  Client a{.id = "a", .topics = {}};
  EXPECT_EQ(join_consumer(a).member_epoch, 1);
  EXPECT_EQ(describe().epoch, 1);
  EXPECT_EQ(describe().target_epoch, 1);
  EXPECT_EQ(describe().state, "Stable");
  restart();
  EXPECT_EQ(describe().epoch, 1) << "though no record tells it";
  a.topics = {"orders"};
  EXPECT_EQ(send(full_request(a))->member_epoch, 2);
}

TEST_F(HeartbeatTest, ASteadyHeartbeatWritesNothingAndTellsNothing) {
  Client a{.id = "a"};
  join_consumer(a);
  const size_t before = log.append_count();
  const auto response = idle(a);
  EXPECT_EQ(response.error, ErrorCode::none);
  EXPECT_EQ(response.member_epoch, 2);
  EXPECT_FALSE(response.assignment);
  EXPECT_EQ(log.append_count(), before);
}

TEST_F(HeartbeatTest, AFullRequestIsToldItsAssignment) {
  Client a{.id = "a"};
  join_consumer(a);
  EXPECT_EQ(send(full_request(a))->assignment, a.owned);
}

TEST_F(HeartbeatTest, BeforeAPartitionIsGivenToAnotherItsOwnerGaveItUp) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  const auto joined = join_consumer(b);
  EXPECT_EQ(joined.member_epoch, 3);
  EXPECT_EQ(joined.assignment, PartitionSets()) << "all is owned by a";
  EXPECT_EQ(consumer_state(), "Reconciling");

  const PartitionSets had = a.owned;
  const auto told = beat(a);
  EXPECT_EQ(told.member_epoch, 2) << "a stays in its epoch until it gave up four";
  EXPECT_EQ(a.owned_count(), 4u);
  EXPECT_FALSE(idle(b).assignment) << "a did not say yet that it gave them up";

  const auto done = beat(a);
  EXPECT_EQ(done.member_epoch, 3);
  EXPECT_EQ(idle(b).assignment->begin()->second.size(), 4u);
  EXPECT_EQ(consumer_state(), "Stable");
  for (const int32_t partition : b.owned.begin()->second) {
    EXPECT_FALSE(a.owned.begin()->second.contains(partition));
  }
}

TEST_F(HeartbeatTest, NewcomersWithinTheAssignmentIntervalAreAssignedTogether) {
  config.consumer_times = [](auto) { return ConsumerGroupTimes{}; };
  restart();
  Client a{.id = "a"};
  Client b{.id = "b"};
  Client c{.id = "c"};
  join_consumer(a);
  EXPECT_EQ(join_consumer(b).member_epoch, 2) << "the target is that of epoch 2 still";
  EXPECT_EQ(join_consumer(c).member_epoch, 2);
  EXPECT_EQ(describe().epoch, 4);
  EXPECT_EQ(describe().target_epoch, 2);
  EXPECT_EQ(consumer_state(), "Assigning");
  pass(1'000);
  settle({&a, &b, &c});
  EXPECT_EQ(describe().target_epoch, 4);
  EXPECT_EQ(a.owned_count() + b.owned_count() + c.owned_count(), 8u);
}

TEST_F(HeartbeatTest, WhoLeavesIsReplacedByTheOthers) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  EXPECT_EQ(idle(b).assignment, partitions("orders", {0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(leave_consumer(b), ErrorCode::none);
  EXPECT_EQ(consumer_state(), "Empty");
  EXPECT_EQ(idle(b).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(leave_consumer(b), ErrorCode::unknown_member_id);
}

TEST_F(HeartbeatTest, TheEpochMustBeTheMembers) {
  Client a{.id = "a"};
  join_consumer(a);
  Client ahead = a;
  ahead.epoch = 3;
  EXPECT_EQ(idle(ahead).error, ErrorCode::fenced_member_epoch);
  Client b{.id = "b"};
  join_consumer(b);
  settle({&a, &b});
  EXPECT_EQ(a.epoch, 3);
  Client behind = a;
  behind.epoch = 2;
  EXPECT_EQ(idle(behind).error, ErrorCode::fenced_member_epoch) << "it did not say what it owns";
  EXPECT_EQ(beat(behind).error, ErrorCode::none) << "the answer with the new epoch was lost";
  Client far_behind = b;
  far_behind.epoch = 2;
  EXPECT_EQ(beat(far_behind).error, ErrorCode::fenced_member_epoch);
}

TEST_F(HeartbeatTest, AFencedMemberComesBackWithEpochZero) {
  Client a{.id = "a"};
  join_consumer(a);
  const auto rejoined = join_consumer(a);
  EXPECT_EQ(rejoined.member_epoch, 2);
  EXPECT_EQ(rejoined.assignment, partitions("orders", {0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(HeartbeatTest, StrangersAreTold) {
  Client nobody{.id = "nobody", .epoch = 3};
  EXPECT_EQ(idle(nobody).error, ErrorCode::group_id_not_found);
  Client a{.id = "a"};
  join_consumer(a);
  const auto response = idle(nobody);
  EXPECT_EQ(response.error, ErrorCode::unknown_member_id);
  EXPECT_EQ(response.error_message, "Member nobody is not a member of group g.");
  EXPECT_FALSE(response.member_id);
}

TEST_F(HeartbeatTest, MalformedRequestsAreRefusedWithKafkasSentences) {
  const Client client{.id = "a"};
  const auto refused = [&](auto&& spoil) {
    auto request = full_request(client);
    spoil(request);
    const auto answer = send(request);
    EXPECT_EQ(answer->error, ErrorCode::invalid_request);
    return answer->error_message.value_or("");
  };
  EXPECT_EQ(refused([](auto& r) { r.member_id = " "; }), "MemberId can't be empty.");
  EXPECT_EQ(refused([](auto& r) { r.group_id = ""; }), "GroupId can't be empty.");
  EXPECT_EQ(refused([](auto& r) { r.instance_id = ""; }), "InstanceId can't be empty.");
  EXPECT_EQ(refused([](auto& r) { r.rack_id = ""; }), "RackId can't be empty.");
  EXPECT_EQ(refused([](auto& r) { r.rebalance_timeout_ms = -1; }),
            "RebalanceTimeoutMs must be provided in first request.");
  EXPECT_EQ(refused([](auto& r) { r.owned.reset(); }),
            "TopicPartitions must be empty when (re-)joining.");
  EXPECT_EQ(
      refused([](auto& r) { r.subscribed_topics.reset(); }),
      "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
  EXPECT_EQ(refused([](auto& r) { r.member_epoch = -2; }), "InstanceId can't be null.");
  EXPECT_EQ(refused([](auto& r) { r.member_epoch = -3; }), "MemberEpoch is invalid.");
}

TEST_F(HeartbeatTest, Version0IsGivenAMemberId) {
  auto request = full_request(Client());
  request.brings_member_id = false;
  const auto answer = send(request);
  EXPECT_EQ(answer->error, ErrorCode::none);
  EXPECT_EQ(answer->member_id->size(), 22u);
}

TEST_F(HeartbeatTest, TheAssignorIsTheOneThatMostMembersAskFor) {
  log.add_topic("payments", 8);
  Client a{.id = "a", .topics = {"orders", "payments"}, .assignor = "range"};
  Client b{.id = "b", .topics = {"orders", "payments"}};
  join_consumer(a);
  join_consumer(b);
  settle({&a, &b});
  EXPECT_EQ(describe().assignor, "range");
  EXPECT_EQ(a.owned.at(id_of("orders")), a.owned.at(id_of("payments")));
  Client c{.id = "c", .assignor = "sticky"};
  const auto refused = join_consumer(c);
  EXPECT_EQ(refused.error, ErrorCode::unsupported_assignor);
  EXPECT_EQ(refused.error_message,
            "ServerAssignor sticky is not supported. Supported assignors: uniform, range.");
}

TEST_F(HeartbeatTest, AFullGroupTakesNobodyElse) {
  config.consumer_group_size_max = 1;
  restart();
  Client a{.id = "a"};
  Client b{.id = "b"};
  join_consumer(a);
  EXPECT_EQ(join_consumer(b).error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(idle(a).error, ErrorCode::none);
}

TEST_F(HeartbeatTest, AChangedSubscriptionIsAssignedAnew) {
  Client a{.id = "a"};
  join_consumer(a);
  a.topics = {"payments"};
  const auto told = send(full_request(a));
  EXPECT_EQ(told->member_epoch, 2) << "orders is to be given up first";
  EXPECT_EQ(told->assignment, PartitionSets());
  a.owned.clear();
  EXPECT_EQ(beat(a).assignment, partitions("payments", {0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(a.epoch, 3);
}

TEST_F(HeartbeatTest, NewPartitionsAndTopicsAreNoticed) {
  Client a{.id = "a", .topics = {"orders", "later"}};
  join_consumer(a);
  log.add_topic("orders", 9);
  EXPECT_TRUE(idle(a).assignment->at(id_of("orders")).contains(8));
  log.add_topic("unrelated", 3);
  EXPECT_FALSE(idle(a).assignment);
  log.add_topic("later", 2);
  EXPECT_EQ(idle(a).assignment->at(id_of("later")).size(), 2u);
  log.remove_topic("later");
  const auto told = beat(a);
  EXPECT_EQ(told.assignment->size(), 1u);
  EXPECT_EQ(describe().members.at(0).assignment.size(), 1u);
}

TEST_F(HeartbeatTest, NothingIsAnsweredBeforeItIsDurable) {
  Client a{.id = "a"};
  Client b{.id = "b"};
  log.hold();
  const auto first = send(full_request(a));
  const auto second = send(full_request(b));
  EXPECT_FALSE(first.is_here());
  EXPECT_FALSE(second.is_here());
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found) << "not seen either";
  log.release();
  EXPECT_EQ(first->member_epoch, 2);
  EXPECT_EQ(second->member_epoch, 3) << "one change follows the other";
}

TEST_F(HeartbeatTest, AJoinThatCouldNotBeStoredLeavesNoTrace) {
  Client a{.id = "a"};
  log.fail_next(ErrorCode::kafka_storage_error);
  EXPECT_EQ(join_consumer(a).error, ErrorCode::not_coordinator);
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  EXPECT_EQ(join_consumer(a).member_epoch, 2);
  Client b{.id = "b"};
  log.fail_next(ErrorCode::not_enough_replicas);
  EXPECT_EQ(join_consumer(b).error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(describe().members.size(), 1u);
  EXPECT_EQ(describe().epoch, 2);
}

TEST_F(HeartbeatTest, DescribeTellsMembersAndTargets) {
  Client a{.id = "a", .instance = "one"};
  join_consumer(a);
  const auto group = describe();
  EXPECT_EQ(group.error, ErrorCode::none);
  EXPECT_EQ(group.state, "Stable");
  EXPECT_EQ(group.epoch, 2);
  EXPECT_EQ(group.target_epoch, 2);
  EXPECT_EQ(group.assignor, "uniform");
  const auto& member = group.members.at(0);
  EXPECT_EQ(member.instance_id, "one");
  EXPECT_EQ(member.client_host, "/127.0.0.1");
  EXPECT_EQ(member.subscribed_topics, std::vector<std::string>{"orders"});
  EXPECT_EQ(member.assignment.at(0).topic, "orders");
  EXPECT_EQ(member.assignment.at(0).partitions.size(), 8u);
  EXPECT_EQ(member.target.at(0).partitions, member.assignment.at(0).partitions);
  EXPECT_FALSE(member.uses_classic_protocol);
  EXPECT_EQ(describe("other").error_message, "Group other not found.");
}

TEST_F(HeartbeatTest, ListTellsTypeAndStateAndFiltersByThem) {
  Client a{.id = "a"};
  join_consumer(a);
  form_group({{.group = "old"}});
  const auto listed = groups->list({{"stable"}, {"Consumer"}});
  ASSERT_EQ(listed.groups.size(), 1u);
  EXPECT_EQ(listed.groups[0].group_id, "g");
  EXPECT_EQ(listed.groups[0].protocol_type, "consumer");
  EXPECT_EQ(listed.groups[0].type, "consumer");
  EXPECT_EQ(listed.groups[0].state, "Stable");
  EXPECT_EQ(groups->list({{}, {"classic"}}).groups.size(), 1u);
  EXPECT_EQ(groups->list({{}, {}}).groups.size(), 2u);
  EXPECT_TRUE(groups->list({{"Assigning"}, {}}).groups.empty());
}

TEST_F(HeartbeatTest, DescribeGroupsOfTheClassicProtocolDoesNotKnowIt) {
  Client a{.id = "a"};
  join_consumer(a);
  const auto described = groups->describe("g");
  EXPECT_EQ(described.error, ErrorCode::group_id_not_found);
  EXPECT_EQ(described.error_message, "Group g is not a classic group.");
  EXPECT_EQ(described.state, "Dead");
}

TEST_F(HeartbeatTest, OnlyAnEmptyGroupIsDeletedAndNothingStays) {
  Client a{.id = "a", .regex = "pay.*"};
  join_consumer(a);
  EXPECT_EQ(commit_as(a, a.epoch), ErrorCode::none);
  EXPECT_EQ(delete_group(), ErrorCode::non_empty_group);
  EXPECT_EQ(leave_consumer(a), ErrorCode::none);
  EXPECT_EQ(delete_group(), ErrorCode::none);
  EXPECT_EQ(describe().error, ErrorCode::group_id_not_found);
  log.compact();
  for (const auto& record : log.records()) EXPECT_FALSE(record.value);
  EXPECT_EQ(restart().group_count, 0);
}

}  // namespace
}  // namespace millrace::coordinator
