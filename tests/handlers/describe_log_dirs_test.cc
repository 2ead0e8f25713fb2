#include "wire/messages/describe_log_dirs.h"

#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::DescribeLogDirsRequest;
using Response = wire::DescribeLogDirsResponse;

TEST_F(HandlersTest, DescribeLogDirsTellsTheBytesOfPartitionsThatThereAre) {
  create("t", 3);
  write("t", {"a", "b"});
  Request request{.topics = {{{.topic = "t", .partitions = {2, 0, 0, 9}},
                              {.topic = "unknown", .partitions = {0}},
                              {.topic = "none", .partitions = {}}}}};
  const auto response = ask<Response>(request, 5);
  EXPECT_EQ(response.error_code, ErrorCode::none);
  ASSERT_EQ(response.results.size(), 1U);
  const auto& directory = response.results[0];
  EXPECT_TRUE(directory.log_dir.starts_with('/')) << directory.log_dir;
  EXPECT_EQ(directory.total_bytes, -1);
  EXPECT_FALSE(directory.is_cordoned);
  ASSERT_EQ(directory.topics.size(), 1U);
  const auto& partitions = directory.topics[0].partitions;
  ASSERT_EQ(partitions.size(), 2U);
  EXPECT_EQ(partitions[0].partition_index, 0);
  EXPECT_EQ(partitions[0].partition_size, static_cast<int64_t>(batch_of({"a", "b"}).size()));
  EXPECT_EQ(partitions[0].offset_lag, 0);
  EXPECT_EQ(partitions[1].partition_index, 2);
  EXPECT_EQ(partitions[1].partition_size, 0);
}

TEST_F(HandlersTest, DescribeLogDirsTakesNullForAllTopicsAndAnEmptyListForNone) {
  create("t", 2);
  EXPECT_EQ(ask<Response>(Request{}, 1).results.at(0).topics.at(0).partitions.size(), 2U);
  EXPECT_TRUE(ask<Response>(Request{.topics = {{}}}, 1).results.at(0).topics.empty());
}

}  // namespace
}  // namespace millrace::handlers
