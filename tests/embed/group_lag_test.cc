// Lag by a clock that tests turn: times to the millisecond, and what compaction and retention
// leave.
#include <gtest/gtest.h>

#include "millrace/testing_gtest.h"

namespace millrace {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TopicPartition kName{.topic = "t", .partition = 0};

class TimedLag : public testing::BrokerTest {
 protected:
  Topic make_topic(std::map<std::string, std::string> configs = {}) {
    return broker()
        .ensure_topic({.name = "t", .partitions = 1, .configs = std::move(configs)})
        .value();
  }
  void commit(int64_t offset) {
    const auto done = broker().admin().alter_committed_offsets("g", {{kName, {.offset = offset}}});
    ASSERT_TRUE(done) << done.error().to_string();
  }
  PartitionLag look() {
    const auto lag = broker().admin().group_lag("g");
    EXPECT_TRUE(lag) << lag.error().to_string();
    return lag && lag->partitions.contains(kName) ? lag->partitions.at(kName) : PartitionLag();
  }
};

TEST_F(TimedLag, IsTheAgeOfTheFirstUnreadRecord) {
  Topic log = make_topic({{"retention.ms", "86400000"}});
  commit(1);
  ASSERT_TRUE(log.append(0, {.value = "read"}));
  advance(hours(3));
  ASSERT_TRUE(log.append(0, {.value = "unread"}));
  advance(minutes(10));
  ASSERT_TRUE(log.append(0, {.value = "unread"}));
  EXPECT_EQ(look().time, minutes(10));
  EXPECT_EQ(look().until_retention, hours(24) - minutes(10));
  EXPECT_EQ(look().records(), 2);
  advance(seconds(1));
  EXPECT_EQ(look().time, minutes(10) + seconds(1)) << "it grows while nothing is written";
  commit(2);
  EXPECT_EQ(look().time, seconds(1));
  commit(3);
  EXPECT_EQ(look().time, seconds(0));
}

TEST_F(TimedLag, OfARecordFromTheFutureIsZero) {
  Topic log = make_topic();
  ASSERT_TRUE(log.append(0, {.value = "x", .timestamp_ms = clock().wall_ms() + 60'000}));
  commit(0);
  EXPECT_EQ(look().time, seconds(0));
  EXPECT_EQ(look().records(), 1);
}

TEST_F(TimedLag, OffsetsThatCompactionEmptiedDoNotCount) {
  Topic log = make_topic({{"cleanup.policy", "compact"}, {"segment.ms", "60000"}});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(log.append(0, {.key = "k", .value = "v"}));
  advance(minutes(2));
  ASSERT_TRUE(log.append(0, {.key = "begins a segment", .value = "v"}));
  commit(3);
  EXPECT_EQ(look().first_unread->offset, 3);
  advance(hours(1));
  const PartitionLag lag = look();
  EXPECT_EQ(lag.first_unread->offset, 9) << "3 to 8 are gone";
  EXPECT_EQ(lag.records(), 2);
  EXPECT_EQ(lag.lost(), 0);
  EXPECT_EQ(lag.time, hours(1) + minutes(2));
  EXPECT_FALSE(lag.until_retention) << "only compaction takes records";
  commit(10);
  EXPECT_EQ(look().time, hours(1));
}

TEST_F(TimedLag, RetentionTakesUnreadRecordsNotBeforeItWasTold) {
  Topic log = make_topic({{"retention.ms", "3600000"}, {"segment.ms", "600000"}});
  ASSERT_TRUE(log.append(0, {.value = "x"}));
  commit(0);
  advance(minutes(30));
  EXPECT_EQ(look().until_retention, minutes(30));
  ASSERT_TRUE(log.append(0, {.value = "x"}));
  advance(minutes(30));
  EXPECT_EQ(look().until_retention, seconds(0)) << "from now on";
  EXPECT_EQ(look().lost(), 0);
  advance(minutes(10));
  EXPECT_EQ(look().lost(), 1);
  EXPECT_EQ(look().first_unread->offset, 1);
  EXPECT_EQ(look().until_retention, minutes(20));
}

TEST_F(TimedLag, ShrinksAtARateThatTellsWhenItIsOver) {
  Topic log = make_topic();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(log.append(0, {.value = "x"}));
  commit(0);
  const GroupLag before = *broker().admin().group_lag("g");
  advance(seconds(10));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(log.append(0, {.value = "x"}));
  commit(60);
  const LagTrends trends = lag_trends(before, *broker().admin().group_lag("g"));
  EXPECT_DOUBLE_EQ(trends.at(kName).drained_per_s(), 5);
  EXPECT_EQ(time_to_catch_up(trends), seconds(10));
}

}  // namespace
}  // namespace millrace
