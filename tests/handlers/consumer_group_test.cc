// The consumer protocol (KIP-848) over the wire: heartbeats, describe, offsets by epoch, and the
// feature that tells of it.
#include <algorithm>

#include "handlers/harness.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::handlers {
namespace {

class ConsumerGroups : public HandlersTest {
 protected:
  static wire::ConsumerGroupHeartbeatRequest joining(const std::string& member_id,
                                                     const std::string& topic = "orders") {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.rebalance_timeout_ms = 60'000;
    request.subscribed_topic_names = {{topic}};
    request.topic_partitions.emplace();
    return request;
  }
  wire::ConsumerGroupHeartbeatResponse heartbeat(const wire::ConsumerGroupHeartbeatRequest& request,
                                                 int16_t version = 1) {
    return ask<wire::ConsumerGroupHeartbeatResponse>(request, version);
  }
  wire::ConsumerGroupDescribeResponse::Group describe() {
    wire::ConsumerGroupDescribeRequest request;
    request.group_ids = {"g"};
    request.include_authorized_operations = true;
    return ask<wire::ConsumerGroupDescribeResponse>(request, 1).groups.at(0);
  }
};

TEST_F(ConsumerGroups, AMemberJoinsIsDescribedAndLeaves) {
  const Uuid orders = create("orders", 3);
  const auto joined = heartbeat(joining("a"));
  EXPECT_EQ(joined.error_code, ErrorCode::none);
  EXPECT_EQ(joined.member_id, "a");
  EXPECT_EQ(joined.member_epoch, 2);
  EXPECT_EQ(joined.heartbeat_interval_ms, 5'000);
  ASSERT_TRUE(joined.assignment);
  EXPECT_EQ(joined.assignment->topic_partitions.at(0).topic_id, orders);
  EXPECT_EQ(joined.assignment->topic_partitions.at(0).partitions, (std::vector<int32_t>{0, 1, 2}));

  const auto group = describe();
  EXPECT_EQ(group.group_state, "Stable");
  EXPECT_EQ(group.group_epoch, 2);
  EXPECT_EQ(group.assignor_name, "uniform");
  EXPECT_NE(group.authorized_operations, std::numeric_limits<int32_t>::min());
  const auto& member = group.members.at(0);
  EXPECT_EQ(member.client_id, "test");
  EXPECT_EQ(member.member_type, 1);
  EXPECT_EQ(member.assignment.topic_partitions.at(0).topic_name, "orders");
  EXPECT_EQ(member.assignment, member.target_assignment);

  wire::ConsumerGroupHeartbeatRequest leaving;
  leaving.group_id = "g";
  leaving.member_id = "a";
  leaving.member_epoch = -1;
  EXPECT_EQ(heartbeat(leaving).member_epoch, -1);
  EXPECT_EQ(describe().group_state, "Empty");
}

TEST_F(ConsumerGroups, Version0GivesTheMemberItsId) {
  create("orders");
  EXPECT_EQ(heartbeat(joining(""), 0).member_id->size(), 22u);
  const auto refused = heartbeat(joining(""), 1);
  EXPECT_EQ(refused.error_code, ErrorCode::invalid_request);
  EXPECT_EQ(refused.error_message, "MemberId can't be empty.");
}

TEST_F(ConsumerGroups, ATopicCreatedLaterIsAssigned) {
  EXPECT_TRUE(heartbeat(joining("a", "later")).assignment->topic_partitions.empty());
  const Uuid later = create("later", 2);
  // The next assignment waits for others that may come.
  pass(Milliseconds(1'000));
  wire::ConsumerGroupHeartbeatRequest idle;
  idle.group_id = "g";
  idle.member_id = "a";
  idle.member_epoch = 2;
  const auto told = heartbeat(idle);
  EXPECT_EQ(told.member_epoch, 3);
  ASSERT_TRUE(told.assignment);
  EXPECT_EQ(told.assignment->topic_partitions.at(0).topic_id, later);
}

TEST_F(ConsumerGroups, OffsetsAreCheckedByEpochAndSurviveACrash) {
  create("orders");
  heartbeat(joining("a"));
  wire::OffsetCommitRequest commit;
  commit.group_id = "g";
  commit.member_id = "a";
  commit.generation_id_or_member_epoch = 3;
  commit.topics.push_back({.name = "orders", .partitions = {{.committed_offset = 5}}});
  const auto committed = [&] {
    return ask<wire::OffsetCommitResponse>(commit, 9).topics.at(0).partitions.at(0).error_code;
  };
  EXPECT_EQ(committed(), ErrorCode::stale_member_epoch);
  commit.generation_id_or_member_epoch = 2;
  EXPECT_EQ(committed(), ErrorCode::none);

  crash();
  wire::OffsetFetchRequest fetch;
  fetch.groups.push_back({.group_id = "g", .member_id = "a", .member_epoch = 3});
  fetch.groups.push_back({.group_id = "g", .member_id = "a", .member_epoch = 2});
  const auto fetched = ask<wire::OffsetFetchResponse>(fetch, 9);
  EXPECT_EQ(fetched.groups.at(0).error_code, ErrorCode::stale_member_epoch);
  EXPECT_EQ(fetched.groups.at(1).error_code, ErrorCode::none);
  EXPECT_EQ(describe().members.size(), 1u);
}

TEST_F(ConsumerGroups, AStrangerIsToldNothingOfTopics) {
  create("orders");
  heartbeat(joining("a"));
  wire::OffsetFetchRequest fetch;
  const Uuid nobody = Uuid::random();
  fetch.groups.push_back({.group_id = "g",
                          .member_id = "b",
                          .member_epoch = 2,
                          .topics = {{{.topic_id = nobody, .partition_indexes = {0}}}}});
  const auto fetched = ask<wire::OffsetFetchResponse>(fetch, 10).groups.at(0);
  EXPECT_EQ(fetched.error_code, ErrorCode::unknown_member_id);
  EXPECT_TRUE(fetched.topics.empty());
}

TEST_F(ConsumerGroups, AreListedByType) {
  create("orders");
  heartbeat(joining("a"));
  wire::ListGroupsRequest request;
  request.types_filter = {"consumer"};
  const auto listed = ask<wire::ListGroupsResponse>(request, 5);
  ASSERT_EQ(listed.groups.size(), 1u);
  EXPECT_EQ(listed.groups[0].group_type, "consumer");
}

TEST_F(ConsumerGroups, AreAFinalizedFeature) {
  const auto asked = [this](int16_t version) {
    wire::ApiVersionsRequest request;
    request.client_software_name = "test";
    request.client_software_version = "1";
    return ask<wire::ApiVersionsResponse>(request, version);
  };
  const auto newest = asked(4);
  const auto finalized = std::ranges::find(newest.finalized_features, "group.version",
                                           &wire::ApiVersionsResponse::FinalizedFeature::name);
  ASSERT_NE(finalized, newest.finalized_features.end());
  EXPECT_EQ(finalized->max_version_level, 1);
  EXPECT_GE(newest.finalized_features_epoch, 0);
  const auto supported = std::ranges::find(newest.supported_features, "group.version",
                                           &wire::ApiVersionsResponse::SupportedFeature::name);
  ASSERT_NE(supported, newest.supported_features.end());
  EXPECT_EQ(supported->max_version, 1);
  EXPECT_TRUE(asked(3).supported_features.empty()) << "version 3 takes no range from 0";
  EXPECT_FALSE(asked(3).finalized_features.empty());
}

}  // namespace
}  // namespace millrace::handlers
