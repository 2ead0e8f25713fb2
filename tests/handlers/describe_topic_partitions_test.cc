#include "wire/messages/describe_topic_partitions.h"

#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::DescribeTopicPartitionsRequest;
using Response = wire::DescribeTopicPartitionsResponse;

/// "orders 0 1 2" for each topic of an answer, or "orders: 3" where it has an error.
std::vector<std::string> summary(const Response& response) {
  std::vector<std::string> lines;
  for (const auto& topic : response.topics) {
    std::string line = *topic.name;
    if (topic.error_code != ErrorCode::none) {
      line += ": " + std::to_string(static_cast<int>(topic.error_code));
    }
    for (const auto& partition : topic.partitions) {
      line += " " + std::to_string(partition.partition_index);
    }
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

class DescribeTopicPartitions : public HandlersTest {
 protected:
  DescribeTopicPartitions() {
    create("b", 1);
    create("a", 3);
  }
  Response describe(const std::vector<std::string>& topics, int32_t limit = 2000,
                    std::optional<Request::Cursor> cursor = std::nullopt) {
    Request request{.response_partition_limit = limit, .cursor = std::move(cursor)};
    for (const auto& topic : topics) request.topics.push_back({.name = topic});
    return ask<Response>(request, 0);
  }
};

TEST_F(DescribeTopicPartitions, AnswersInTheOrderOfNamesAndEachTopicOnce) {
  const auto response = describe({"b", "a", "a"});
  EXPECT_EQ(summary(response), (Lines{"a 0 1 2", "b 0"}));
  EXPECT_EQ(summary(describe({})), (Lines{"a 0 1 2", "b 0"})) << "none means all";
  EXPECT_FALSE(response.next_cursor);
  EXPECT_EQ(response.topics[0].topic_id, catalog().find("a")->id);
}

TEST_F(DescribeTopicPartitions, NoListOfReplicasIsNull) {
  const auto response = describe({"b"});
  const auto& partition = response.topics.at(0).partitions.at(0);
  EXPECT_EQ(partition.replica_nodes, std::vector<int32_t>{1});
  EXPECT_EQ(partition.isr_nodes, std::vector<int32_t>{1});
  EXPECT_EQ(partition.eligible_leader_replicas, std::vector<int32_t>());
  EXPECT_EQ(partition.last_known_elr, std::vector<int32_t>());
}

TEST_F(DescribeTopicPartitions, ACursorLeadsThroughAllPages) {
  const auto first = describe({}, 2);
  EXPECT_EQ(summary(first), Lines{"a 0 1"});
  ASSERT_TRUE(first.next_cursor);
  EXPECT_EQ(*first.next_cursor, (Response::Cursor{.topic_name = "a", .partition_index = 2}));
  const auto last = describe({}, 2, Request::Cursor{.topic_name = "a", .partition_index = 2});
  EXPECT_EQ(summary(last), (Lines{"a 2", "b 0"}));
  EXPECT_FALSE(last.next_cursor);
}

TEST_F(DescribeTopicPartitions, APageThatEndsWithATopicPointsAtTheNext) {
  const auto response = describe({"a", "b"}, 3);
  EXPECT_EQ(summary(response), Lines{"a 0 1 2"});
  EXPECT_EQ(response.next_cursor, (Response::Cursor{.topic_name = "b", .partition_index = 0}));
}

TEST_F(DescribeTopicPartitions, AtLeastOnePartitionIsAnswered) {
  EXPECT_EQ(summary(describe({"a"}, 0)), Lines{"a 0"});
  EXPECT_EQ(summary(describe({"a"}, -5)), Lines{"a 0"});
}

TEST_F(DescribeTopicPartitions, TheBrokersLimitHolds) {
  create("large", 2001);
  const auto response = describe({"large"}, 5000);
  EXPECT_EQ(response.topics.at(0).partitions.size(), 2000U);
  EXPECT_EQ(response.next_cursor->partition_index, 2000);
}

TEST_F(DescribeTopicPartitions, UnknownAndImpossibleTopicsAreToldWithoutTakingRoom) {
  EXPECT_EQ(summary(describe({"b", "a/b", "aa"}, 1)), (Lines{"a/b: 17", "aa: 3", "b 0"}));
}

TEST_F(DescribeTopicPartitions, ACursorBehindTheLastPartitionLeavesTheTopicEmpty) {
  EXPECT_EQ(
      summary(describe({"a", "b"}, 9, Request::Cursor{.topic_name = "a", .partition_index = 7})),
      (Lines{"a", "b 0"}));
}

TEST_F(DescribeTopicPartitions, ACursorThatFitsNothingIsRefusedForEachTopic) {
  const Request::Cursor elsewhere{.topic_name = "b", .partition_index = 0};
  EXPECT_EQ(summary(describe({"a"}, 9, elsewhere)), Lines{"a: 42"});
  const Request::Cursor negative{.topic_name = "a", .partition_index = -1};
  EXPECT_EQ(summary(describe({"a", "b"}, 9, negative)), (Lines{"a: 42", "b: 42"}));
}

}  // namespace
}  // namespace millrace::handlers
