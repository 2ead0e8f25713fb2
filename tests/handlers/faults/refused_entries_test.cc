// Errors for some of what a request asks about, while the rest of it is done.
#include "handlers/faults/faults_fixture.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::handlers {
namespace {

using enum ErrorCode;

class RefusedEntries : public FaultsTest {
 protected:
  wire::ProduceResponse produce(const wire::ProduceRequest& request, int16_t version) {
    return ask<wire::ProduceResponse>(request, version);
  }
};

TEST_F(RefusedEntries, OneTopicOfTwoIsNotWritten) {
  create("a");
  create("b");
  order({.api_key = 0, .topic = "a"}, {.error = not_leader_or_follower});
  const auto answer = produce(produce_to({{"a", 0}, {"b", 0}}), 9);
  ASSERT_EQ(answer.responses.size(), 2U);
  // What is done comes first; clients go by the names.
  const auto& done = answer.responses.at(0);
  const auto& refused = answer.responses.at(1);
  EXPECT_EQ(done.name, "b");
  EXPECT_EQ(done.partition_responses.at(0).error_code, none);
  EXPECT_EQ(refused.name, "a");
  EXPECT_EQ(refused.partition_responses.at(0).error_code, not_leader_or_follower);
  EXPECT_EQ(refused.partition_responses.at(0).base_offset, -1);
  EXPECT_EQ(end_of("a", 0), Offset(0));
  EXPECT_EQ(end_of("b", 0), Offset(1));
  EXPECT_EQ(requests_.met(), 1);
  EXPECT_EQ(produce(produce_to({{"a", 0}}), 9).responses.at(0).partition_responses.at(0).error_code,
            none);
}

TEST_F(RefusedEntries, OnePartitionOfTwoIsAnsweredBesideTheOther) {
  create("a", 2);
  order({.api_key = 0, .partition = 1}, {.error = kafka_storage_error});
  auto request = produce_to({{"a", 0}});
  request.topic_data.at(0).partition_data.push_back(
      produce_to({{"a", 1}}).topic_data.at(0).partition_data.at(0));
  const auto answer = produce(request, 9);
  ASSERT_EQ(answer.responses.size(), 1U);
  const auto& partitions = answer.responses.at(0).partition_responses;
  ASSERT_EQ(partitions.size(), 2U);
  EXPECT_EQ(partitions.at(0).error_code, none);
  EXPECT_EQ(partitions.at(1).index, 1);
  EXPECT_EQ(partitions.at(1).error_code, kafka_storage_error);
  EXPECT_EQ(end_of("a", 1), Offset(0));
}

TEST_F(RefusedEntries, ATopicIsFoundByItsNameWhereItsIdIsAsked) {
  auto request = produce_to({{"", 0}, {"", 0}});
  request.topic_data.at(0).topic_id = create("a");
  request.topic_data.at(1).topic_id = create("b");
  order({.topic = "b"}, {.error = not_leader_or_follower});
  const auto answer = produce(request, 13);
  ASSERT_EQ(answer.responses.size(), 2U);
  EXPECT_EQ(answer.responses.at(1).topic_id, request.topic_data.at(1).topic_id);
  EXPECT_EQ(answer.responses.at(1).partition_responses.at(0).error_code, not_leader_or_follower);
  EXPECT_EQ(end_of("a", 0), Offset(1));
  EXPECT_EQ(end_of("b", 0), Offset(0));
}

TEST_F(RefusedEntries, WhoWaitsForNoAnswerLosesItsConnection) {
  create("a");
  create("b");
  order({.topic = "a"}, {.error = not_leader_or_follower, .count = 2});
  EXPECT_EQ(send(produce_to({{"a", 0}}, 0), 9)->last.kind, Answer::Kind::close);
  EXPECT_EQ(send(produce_to({{"a", 0}, {"b", 0}}, 0), 9)->last.kind, Answer::Kind::close);
  EXPECT_EQ(end_of("b", 0), Offset(1));
  EXPECT_EQ(send(produce_to({{"a", 0}}, 0), 9)->last.kind, Answer::Kind::no_reply);
}

TEST_F(RefusedEntries, AGroupIsToldWhereTheVersionHasAPlaceForIt) {
  create("t");
  const auto fetched = [this](const wire::OffsetFetchRequest& request, int16_t version) {
    order({.group = "g"}, {.error = not_coordinator});
    return ask<wire::OffsetFetchResponse>(request, version);
  };
  wire::OffsetFetchRequest one;
  one.group_id = "g";
  one.topics.emplace().push_back({.name = "t", .topic_id = {}, .partition_indexes = {0}});
  EXPECT_EQ(fetched(one, 1).topics.at(0).partitions.at(0).error_code, not_coordinator);
  EXPECT_EQ(fetched(one, 1).topics.at(0).partitions.at(0).committed_offset, -1);
  EXPECT_EQ(fetched(one, 7).error_code, not_coordinator);
  EXPECT_TRUE(fetched(one, 7).topics.empty());
  wire::OffsetFetchRequest two;
  two.groups = {{.group_id = "other", .topics = one.topics},
                {.group_id = "g", .topics = one.topics}};
  const auto answer = fetched(two, 8);
  ASSERT_EQ(answer.groups.size(), 2U);
  EXPECT_EQ(answer.groups.at(0).group_id, "other");
  EXPECT_EQ(answer.groups.at(0).error_code, none);
  EXPECT_EQ(answer.groups.at(0).topics.size(), 1U);
  EXPECT_EQ(answer.groups.at(1).error_code, not_coordinator);
  EXPECT_TRUE(answer.groups.at(1).topics.empty());
}

TEST_F(RefusedEntries, OneTopicOfACommitIsNotCommitted) {
  create("a");
  create("b");
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  for (const char* name : {"a", "b"}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.partitions.push_back({.partition_index = 0, .committed_offset = 7});
  }
  order({.api_key = 8, .topic = "a", .group = "g"}, {.error = unknown_topic_or_partition});
  const auto answer = ask<wire::OffsetCommitResponse>(request, 8);
  EXPECT_EQ(answer.topics.at(0).name, "b");
  EXPECT_EQ(answer.topics.at(0).partitions.at(0).error_code, none);
  EXPECT_EQ(answer.topics.at(1).partitions.at(0).error_code, unknown_topic_or_partition);
  wire::OffsetFetchRequest asked;
  asked.group_id = "g";
  const auto committed = ask<wire::OffsetFetchResponse>(asked, 7);
  ASSERT_EQ(committed.topics.size(), 1U);
  EXPECT_EQ(committed.topics.at(0).name, "b");
}

TEST_F(RefusedEntries, ACoordinatorIsNotFoundForItsGroup) {
  order({.api_key = 10, .group = "g"}, {.error = coordinator_not_available, .count = 2});
  wire::FindCoordinatorRequest request;
  request.key = "g";
  const auto old = ask<wire::FindCoordinatorResponse>(request, 3);
  EXPECT_EQ(old.error_code, coordinator_not_available);
  EXPECT_EQ(old.node_id, -1);
  request.coordinator_keys = {"g", "other"};
  const auto answer = ask<wire::FindCoordinatorResponse>(request, 4);
  ASSERT_EQ(answer.coordinators.size(), 2U);
  EXPECT_EQ(answer.coordinators.at(0).key, "other");
  EXPECT_EQ(answer.coordinators.at(0).error_code, none);
  EXPECT_EQ(answer.coordinators.at(1).key, "g");
  EXPECT_EQ(answer.coordinators.at(1).error_code, coordinator_not_available);
}

TEST_F(RefusedEntries, MetadataStillTellsOfBrokersAndOtherTopics) {
  create("a", 3);
  create("b", 3);
  for (const bool asks_for_all : {false, true}) {
    order({.api_key = 3, .topic = "a"}, {.error = leader_not_available});
    wire::MetadataRequest request;
    if (!asks_for_all) request.topics = {{{.name = "a"}, {.name = "b"}}};
    const auto answer = ask<wire::MetadataResponse>(request, 12);
    EXPECT_EQ(answer.brokers.size(), 1U);
    ASSERT_EQ(answer.topics.size(), 2U);
    for (const auto& topic : answer.topics) {
      EXPECT_EQ(topic.error_code, topic.name == "a" ? leader_not_available : none);
      EXPECT_EQ(topic.partitions.size(), topic.name == "a" ? 0U : 3U);
    }
  }
}

TEST_F(RefusedEntries, ATopicIsNotMade) {
  wire::CreateTopicsRequest request;
  for (const char* name : {"refused", "made"}) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    topic.configs = {{.name = "retention.ms", .value = "1000"}};
  }
  order({.topic = "refused"}, {.error = policy_violation});
  const auto answer = ask<wire::CreateTopicsResponse>(request, 7);
  ASSERT_EQ(answer.topics.size(), 2U);
  EXPECT_EQ(answer.topics.at(1).error_code, policy_violation);
  EXPECT_TRUE(answer.topics.at(1).error_message);
  EXPECT_EQ(catalog().find("refused"), nullptr);
  EXPECT_NE(catalog().find("made"), nullptr);
}

// ---- Fetch sessions ---------------------------------------------------------------------------

class RefusedFetches : public FaultsTest {
 protected:
  RefusedFetches() {
    create("a");
    create("b");
    write("a", {"1"});
    write("b", {"1"});
  }
  /// In the session `id`, where `names` are what changes in it.
  wire::FetchResponse fetch(int32_t id, int32_t epoch, const std::vector<std::string>& names) {
    wire::FetchRequest request;
    request.max_wait_ms = 600'000;
    request.min_bytes = 1;
    request.session_id = id;
    request.session_epoch = epoch;
    for (const auto& name : names) {
      auto& topic = request.topics.emplace_back();
      topic.topic = name;
      topic.partitions.push_back({.partition = 0, .partition_max_bytes = 1'000});
    }
    return ask<wire::FetchResponse>(request, 12);
  }
  static std::map<std::string, ErrorCode> errors_in(const wire::FetchResponse& answer) {
    std::map<std::string, ErrorCode> errors;
    for (const auto& topic : answer.responses) {
      errors[topic.topic] = topic.partitions.at(0).error_code;
      EXPECT_EQ(values_in(topic.partitions.at(0).records).empty(),
                topic.partitions.at(0).error_code != none);
    }
    return errors;
  }
  using Errors = std::map<std::string, ErrorCode>;
};

TEST_F(RefusedFetches, APartitionOfTheSessionIsRefusedAndStaysInIt) {
  const auto begun = fetch(0, 0, {"a", "b"});
  EXPECT_EQ(errors_in(begun), (Errors{{"a", none}, {"b", none}}));
  order({.api_key = 1, .topic = "a"}, {.error = not_leader_or_follower});
  EXPECT_EQ(errors_in(fetch(begun.session_id, 1, {})),
            (Errors{{"a", not_leader_or_follower}, {"b", none}}));
  EXPECT_EQ(errors_in(fetch(begun.session_id, 2, {})), (Errors{{"a", none}, {"b", none}}));
}

TEST_F(RefusedFetches, AnErrorDoesNotWaitForRecords) {
  create("empty");
  order({.topic = "empty"}, {.error = offset_out_of_range});
  const auto answer = fetch(0, -1, {"empty"});
  EXPECT_EQ(errors_in(answer), (Errors{{"empty", offset_out_of_range}}));
  EXPECT_EQ(answer.responses.at(0).partitions.at(0).high_watermark, -1);
}

TEST_F(RefusedFetches, AnErrorOfTheSessionIsToldOnTop) {
  order({.api_key = 1}, {.error = fetch_session_id_not_found});
  const auto answer = fetch(0, 0, {"a"});
  EXPECT_EQ(answer.error_code, fetch_session_id_not_found);
  EXPECT_TRUE(answer.responses.empty());
  order({.api_key = 1}, {.error = not_leader_or_follower});
  const auto of_partitions = fetch(0, 0, {"a"});
  EXPECT_EQ(of_partitions.error_code, none);
  EXPECT_EQ(errors_in(of_partitions), (Errors{{"a", not_leader_or_follower}}));
}

}  // namespace
}  // namespace millrace::handlers
