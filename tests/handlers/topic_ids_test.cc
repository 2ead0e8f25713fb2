// Requests that name topics by id (KIP-516): Produce, Fetch with its sessions, OffsetCommit and
// OffsetFetch.
#include "broker/partition.h"
#include "handlers/harness.h"
#include "wire/messages/fetch.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/produce.h"

namespace millrace::handlers {
namespace {

using Values = std::vector<std::string>;

constexpr int16_t kProduce = 13;
constexpr int16_t kFetch = 18;
constexpr int16_t kOffsets = 10;

const Uuid kNobody{.bytes = {std::byte{1}}};

struct Session {
  int32_t id = 0;
  int32_t epoch = -1;
};

class TopicIds : public HandlersTest {
 protected:
  static wire::FetchRequest::Topic from_start(const Uuid& id, int32_t leader_epoch = -1) {
    return {.topic_id = id,
            .partitions = {{.partition = 0,
                            .current_leader_epoch = leader_epoch,
                            .fetch_offset = 0,
                            .partition_max_bytes = 1 << 20}}};
  }
  static wire::FetchRequest fetch_request(std::vector<wire::FetchRequest::Topic> topics,
                                          Session session = {}) {
    wire::FetchRequest request;
    request.session_id = session.id;
    request.session_epoch = session.epoch;
    request.topics = std::move(topics);
    return request;
  }
  wire::FetchResponse fetch(std::vector<wire::FetchRequest::Topic> topics, Session session = {}) {
    return ask<wire::FetchResponse>(fetch_request(std::move(topics), session), kFetch);
  }
  /// The error of the one partition that the answer names.
  static ErrorCode only_error(const wire::FetchResponse& response) {
    EXPECT_EQ(response.error_code, ErrorCode::none);
    EXPECT_EQ(response.responses.size(), 1U);
    return response.responses.empty() ? ErrorCode::none
                                      : response.responses[0].partitions.at(0).error_code;
  }
  void find_coordinator() {
    wire::FindCoordinatorRequest request;
    request.coordinator_keys = {"g"};
    const auto found = ask<wire::FindCoordinatorResponse>(request, 6);
    ASSERT_EQ(found.coordinators.at(0).error_code, ErrorCode::none);
  }
};

TEST_F(TopicIds, ProduceFindsTopicsByTheirIdAndAnswersWithIt) {
  const Uuid id = create("t");
  const Bytes batch = batch_of({"a", "b"});
  wire::ProduceRequest request;
  request.acks = -1;
  request.topic_data = {
      {.topic_id = id,
       .partition_data = {{.index = 0, .records = wire::RecordsView{batch}},
                          {.index = 1, .records = wire::RecordsView{batch}}}},
      {.topic_id = kNobody, .partition_data = {{.index = 0, .records = wire::RecordsView{batch}}}}};
  const auto response = ask<wire::ProduceResponse>(request, kProduce);
  ASSERT_EQ(response.responses.size(), 2U);
  EXPECT_EQ(response.responses[0].topic_id, id);
  EXPECT_EQ(response.responses[0].partition_responses[0].error_code, ErrorCode::none);
  EXPECT_EQ(response.responses[0].partition_responses[1].error_code,
            ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(response.responses[1].topic_id, kNobody);
  EXPECT_EQ(response.responses[1].partition_responses[0].error_code, ErrorCode::unknown_topic_id);
  EXPECT_EQ(catalog().find_partition("t", PartitionId(0))->high_watermark(), Offset(2));
}

TEST_F(TopicIds, FetchFindsTopicsByTheirIdAndAnswersWithIt) {
  const Uuid id = create("t");
  write("t", {"a", "b"});
  const auto response = fetch({from_start(id), from_start(kNobody)});
  ASSERT_EQ(response.responses.size(), 2U);
  EXPECT_EQ(response.responses[0].topic_id, id);
  EXPECT_EQ(values_in(response.responses[0].partitions[0].records), (Values{"a", "b"}));
  EXPECT_EQ(response.responses[1].topic_id, kNobody);
  EXPECT_EQ(response.responses[1].partitions[0].error_code, ErrorCode::unknown_topic_id);
  EXPECT_TRUE(response.node_endpoints.empty());
}

TEST_F(TopicIds, AnUnknownIdIsAnsweredWithoutWaiting) {
  auto request = fetch_request({from_start(create("empty")), from_start(kNobody)});
  request.max_wait_ms = 500;
  request.min_bytes = 1;
  const auto response = ask<wire::FetchResponse>(request, kFetch);
  EXPECT_EQ(response.responses.at(1).partitions.at(0).error_code, ErrorCode::unknown_topic_id);
}

TEST_F(TopicIds, AFetchSessionKeepsPartitionsById) {
  const Uuid id = create("t");
  const Uuid other = create("other");
  const auto begun = fetch({from_start(id), from_start(other)}, {.id = 0, .epoch = 0});
  ASSERT_NE(begun.session_id, 0);
  EXPECT_TRUE(fetch({}, {.id = begun.session_id, .epoch = 1}).responses.empty());
  write("t", {"a"});
  const auto news = fetch({}, {.id = begun.session_id, .epoch = 2});
  ASSERT_EQ(news.responses.size(), 1U);
  EXPECT_EQ(news.responses[0].topic_id, id);

  auto forgetting = fetch_request({}, {.id = begun.session_id, .epoch = 3});
  forgetting.forgotten_topics_data = {{.topic_id = id, .partitions = {0}}};
  EXPECT_TRUE(ask<wire::FetchResponse>(forgetting, kFetch).responses.empty());
}

TEST_F(TopicIds, ATopicMadeAnewIsNotTheOneOfTheSession) {
  const Uuid id = create("t");
  const auto begun = fetch({from_start(id)}, {.id = 0, .epoch = 0});
  ASSERT_TRUE(catalog().remove("t"));
  EXPECT_EQ(only_error(fetch({}, {.id = begun.session_id, .epoch = 1})),
            ErrorCode::unknown_topic_or_partition);
  create("t");
  EXPECT_EQ(only_error(fetch({}, {.id = begun.session_id, .epoch = 2})),
            ErrorCode::inconsistent_topic_id);
  EXPECT_EQ(only_error(fetch({from_start(id)}, {.id = begun.session_id, .epoch = 3})),
            ErrorCode::inconsistent_topic_id)
      << "named again it is still the session's partition";
  EXPECT_EQ(only_error(fetch({from_start(id)})), ErrorCode::unknown_topic_id);
}

TEST_F(TopicIds, ASessionStaysWithNamesOrWithIds) {
  const Uuid id = create("t");
  const auto by_id = fetch({from_start(id)}, {.id = 0, .epoch = 0});
  EXPECT_EQ(ask<wire::FetchResponse>(fetch_request({}, {.id = by_id.session_id, .epoch = 1}), 12)
                .error_code,
            ErrorCode::fetch_session_topic_id_error);

  auto request = fetch_request({from_start(id)}, {.id = 0, .epoch = 0});
  request.topics[0].topic = "t";
  const auto by_name = ask<wire::FetchResponse>(request, 12);
  EXPECT_EQ(fetch({}, {.id = by_name.session_id, .epoch = 1}).error_code,
            ErrorCode::fetch_session_topic_id_error);
  EXPECT_EQ(fetch({}, {.id = by_name.session_id, .epoch = 2}).error_code,
            ErrorCode::invalid_fetch_session_epoch)
      << "the epoch is looked at first, and a refused request does not move it";
}

TEST_F(TopicIds, AnOlderLeaderEpochIsToldTheLeader) {
  const Uuid id = create("t");
  crash();
  const auto epoch = catalog().find_partition("t", PartitionId(0))->leader_epoch().value();
  ASSERT_GT(epoch, 0);
  EXPECT_EQ(only_error(fetch({from_start(id, epoch)})), ErrorCode::none);
  const auto fenced = fetch({from_start(id, epoch - 1)});
  EXPECT_EQ(only_error(fenced), ErrorCode::fenced_leader_epoch);
  EXPECT_EQ(fenced.responses[0].partitions[0].current_leader.leader_epoch, epoch);
  EXPECT_EQ(fenced.node_endpoints.at(0).port, 9092);
}

TEST_F(TopicIds, OffsetsAreCommittedAndFetchedById) {
  find_coordinator();
  const Uuid id = create("t");
  wire::OffsetCommitRequest commit;
  commit.group_id = "g";
  commit.topics = {{.topic_id = kNobody, .partitions = {{.partition_index = 0}}},
                   {.topic_id = id,
                    .partitions = {{.partition_index = 0, .committed_offset = 5},
                                   {.partition_index = 9, .committed_offset = 5}}}};
  const auto committed = ask<wire::OffsetCommitResponse>(commit, kOffsets);
  ASSERT_EQ(committed.topics.size(), 2U);
  EXPECT_EQ(committed.topics[0].topic_id, kNobody);
  EXPECT_EQ(committed.topics[0].partitions[0].error_code, ErrorCode::unknown_topic_id);
  EXPECT_EQ(committed.topics[1].topic_id, id);
  EXPECT_EQ(committed.topics[1].partitions[0].error_code, ErrorCode::none);
  EXPECT_EQ(committed.topics[1].partitions[1].error_code, ErrorCode::unknown_topic_or_partition);

  wire::OffsetFetchRequest request;
  request.groups = {{.group_id = "g",
                     .topics = {{{.topic_id = kNobody, .partition_indexes = {0}},
                                 {.topic_id = id, .partition_indexes = {0}}}}},
                    {.group_id = "g", .topics = std::nullopt}};
  const auto fetched = ask<wire::OffsetFetchResponse>(request, kOffsets);
  ASSERT_EQ(fetched.groups.size(), 2U);
  const auto& asked = fetched.groups[0].topics;
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].topic_id, kNobody);
  EXPECT_EQ(asked[0].partitions[0].error_code, ErrorCode::unknown_topic_id);
  EXPECT_EQ(asked[0].partitions[0].committed_offset, -1);
  EXPECT_EQ(asked[1].topic_id, id);
  EXPECT_EQ(asked[1].partitions[0].committed_offset, 5);
  const auto& all = fetched.groups[1].topics;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].topic_id, id);
  EXPECT_EQ(all[0].partitions[0].committed_offset, 5);
}

TEST_F(TopicIds, AMemberOfAClassicGroupNeedNotSayWhoItIs) {
  find_coordinator();
  wire::OffsetFetchRequest request;
  request.groups = {
      {.group_id = "g", .member_id = "nobody", .member_epoch = 3, .topics = std::nullopt}};
  EXPECT_EQ(ask<wire::OffsetFetchResponse>(request, 9).groups.at(0).error_code, ErrorCode::none);
}

TEST_F(TopicIds, CommittingInAGenerationOfAnUnknownGroupIsToldSoSinceVersionNine) {
  find_coordinator();
  create("t");
  wire::OffsetCommitRequest commit;
  commit.group_id = "unknown";
  commit.generation_id_or_member_epoch = 1;
  commit.member_id = "m";
  commit.topics = {{.name = "t", .partitions = {{.partition_index = 0}}}};
  const auto error = [&](int16_t version) {
    return ask<wire::OffsetCommitResponse>(commit, version)
        .topics.at(0)
        .partitions.at(0)
        .error_code;
  };
  EXPECT_EQ(error(8), ErrorCode::illegal_generation);
  EXPECT_EQ(error(9), ErrorCode::group_id_not_found);
}

}  // namespace
}  // namespace millrace::handlers
