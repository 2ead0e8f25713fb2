// What two looks at a group tell.
#include <gtest/gtest.h>

#include "millrace/group_lag.h"

namespace millrace {
namespace {

using std::chrono::seconds;

const TopicPartition kName{.topic = "t", .partition = 0};

PartitionLag lag_of(int64_t committed, int64_t end) {
  PartitionLag lag{.committed = committed, .readable_end = end};
  if (committed < end) lag.first_unread = UnreadRecord{.offset = committed, .timestamp_ms = 1'000};
  return lag;
}

GroupLag look(seconds at, PartitionLag lag) {
  return {.group = "g", .taken_at = SteadyTime(at), .partitions = {{kName, std::move(lag)}}};
}

TEST(LagTrends, AreRatesBetweenTwoLooks) {
  const auto trends =
      lag_trends(look(seconds(10), lag_of(100, 500)), look(seconds(20), lag_of(300, 600)));
  const LagTrend& trend = trends.at(kName);
  EXPECT_DOUBLE_EQ(trend.written_per_s, 10);
  EXPECT_DOUBLE_EQ(trend.read_per_s, 20);
  EXPECT_DOUBLE_EQ(trend.drained_per_s(), 10);
  EXPECT_EQ(trend.to_catch_up, seconds(30)) << "300 are left";
}

TEST(LagTrends, ALagThatDoesNotShrinkIsNeverCaughtUpWith) {
  for (const int64_t end : {600, 601}) {
    const auto trends =
        lag_trends(look(seconds(0), lag_of(0, 500)), look(seconds(1), lag_of(100, end)));
    EXPECT_FALSE(trends.at(kName).to_catch_up) << end;
    EXPECT_FALSE(time_to_catch_up(trends)) << end;
  }
}

TEST(LagTrends, WhoIsCaughtUpNeedsNoTime) {
  const auto trends = lag_trends(look(seconds(0), lag_of(5, 5)), look(seconds(1), lag_of(9, 9)));
  EXPECT_EQ(trends.at(kName).to_catch_up, seconds(0));
  EXPECT_EQ(time_to_catch_up(trends), seconds(0));
}

TEST(LagTrends, AnOffsetThatWasMovedBackIsReadBackwards) {
  const auto trends = lag_trends(look(seconds(0), lag_of(5, 5)), look(seconds(1), lag_of(1, 5)));
  EXPECT_DOUBLE_EQ(trends.at(kName).read_per_s, -4);
  EXPECT_FALSE(trends.at(kName).to_catch_up);
}

TEST(LagTrends, NeedTimeAndTwoCommits) {
  EXPECT_TRUE(lag_trends(look(seconds(1), lag_of(0, 5)), look(seconds(1), lag_of(1, 5))).empty());
  const PartitionLag uncommitted{.readable_end = 5, .first_unread = UnreadRecord()};
  EXPECT_TRUE(lag_trends(look(seconds(0), uncommitted), look(seconds(1), lag_of(1, 5))).empty());
  EXPECT_TRUE(lag_trends(look(seconds(0), lag_of(1, 5)), look(seconds(1), uncommitted)).empty());
  EXPECT_TRUE(lag_trends(GroupLag(), look(seconds(1), lag_of(1, 5))).empty());
  EXPECT_FALSE(time_to_catch_up({})) << "nobody knows";
}

TEST(GroupLag, SumsAndExtremesLeaveOutWhatIsNotKnown) {
  PartitionLag old = lag_of(0, 7);
  old.time = seconds(50);
  old.until_retention = seconds(10);
  PartitionLag young = lag_of(3, 5);
  young.time = seconds(2);
  young.until_retention = seconds(58);
  PartitionLag broken;
  broken.error = kafka_error(ErrorCode::unknown_topic_or_partition, "it is gone");
  GroupLag lag{
      .partitions = {{{.topic = "a"}, old}, {{.topic = "b"}, young}, {{.topic = "c"}, broken}}};
  EXPECT_EQ(lag.records(), 9);
  EXPECT_EQ(lag.time(), seconds(50));
  EXPECT_EQ(lag.until_retention(), seconds(10));
  EXPECT_FALSE(lag.caught_up());
  lag.partitions = {{{.topic = "c"}, broken}};
  EXPECT_FALSE(lag.time());
  EXPECT_FALSE(lag.caught_up()) << "nobody knows";
  lag.partitions = {{{.topic = "a"}, lag_of(5, 5)}};
  EXPECT_TRUE(lag.caught_up());
}

}  // namespace
}  // namespace millrace
