#include "wire/messages/elect_leaders.h"

#include "handlers/harness.h"
#include "wire/messages/list_partition_reassignments.h"

namespace millrace::handlers {
namespace {

using Request = wire::ElectLeadersRequest;
using Response = wire::ElectLeadersResponse;

TEST_F(HandlersTest, ElectLeadersIsNotNeededWhereThereIsAPartition) {
  create("t");
  const Request request{.topic_partitions = {{{.topic = "t", .partitions = {0, 9}},
                                              {.topic = "unknown", .partitions = {0}}}}};
  for (int16_t version = 0; version <= 2; ++version) {
    const auto response = ask<Response>(request, version);
    EXPECT_EQ(response.error_code, ErrorCode::none);
    ASSERT_EQ(response.replica_election_results.size(), 2U);
    const auto& known = response.replica_election_results[0].partition_result;
    EXPECT_EQ(known.at(0).error_code, ErrorCode::election_not_needed);
    EXPECT_EQ(known.at(1).error_code, ErrorCode::unknown_topic_or_partition);
    const auto& unknown = response.replica_election_results[1].partition_result;
    EXPECT_EQ(unknown.at(0).error_code, ErrorCode::unknown_topic_or_partition);
    EXPECT_EQ(unknown.at(0).error_message, "No such topic as unknown");
  }
}

TEST_F(HandlersTest, ElectLeadersForAllNamesNoPartition) {
  create("t");
  const auto response = ask<Response>(Request{}, 2);
  EXPECT_EQ(response.error_code, ErrorCode::none);
  ASSERT_EQ(response.replica_election_results.size(), 1U);
  EXPECT_EQ(response.replica_election_results[0].topic, "t");
  EXPECT_TRUE(response.replica_election_results[0].partition_result.empty());
}

TEST_F(HandlersTest, ElectLeadersRefusesAnElectionItDoesNotKnow) {
  create("t");
  const Request request{.election_type = 5,
                        .topic_partitions = {{{.topic = "t", .partitions = {0}}}}};
  const auto response = ask<Response>(request, 2);
  EXPECT_EQ(response.error_code, ErrorCode::invalid_request);
  EXPECT_EQ(response.replica_election_results.at(0).partition_result.at(0).error_code,
            ErrorCode::invalid_request);
}

TEST_F(HandlersTest, NoPartitionIsEverReassigned) {
  create("t");
  const wire::ListPartitionReassignmentsRequest request{
      .topics = {{{.name = "t", .partition_indexes = {0}}}}};
  const auto response = ask<wire::ListPartitionReassignmentsResponse>(request, 0);
  EXPECT_EQ(response.error_code, ErrorCode::none);
  EXPECT_TRUE(response.topics.empty());
}

}  // namespace
}  // namespace millrace::handlers
