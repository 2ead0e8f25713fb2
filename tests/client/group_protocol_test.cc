// What members of a group tell each other, and how partitions are shared out.
#include <gtest/gtest.h>

#include "client/consumer_protocol.h"
#include "client/range_assignor.h"

namespace millrace::client {
namespace {

using Partitions = std::vector<TopicPartition>;

TEST(ConsumerProtocol, SubscriptionComesBack) {
  const std::vector<std::string> topics = {"orders", "events"};
  EXPECT_EQ(*decode_subscription(encode_subscription(topics)), topics);
}

TEST(ConsumerProtocol, SubscriptionBytesAreKafkas) {
  const Bytes bytes = encode_subscription({"ab"});
  const std::string expected("\0\0\0\0\0\1\0\2ab\xff\xff\xff\xff", 14);
  EXPECT_EQ(as_text(bytes), expected);
}

TEST(ConsumerProtocol, NewerSubscriptionsAreReadForTheirTopics) {
  // Version 1 adds owned partitions behind the user data.
  const std::string bytes("\0\1\0\0\0\1\0\2ab\xff\xff\xff\xff\0\0\0\0", 18);
  EXPECT_EQ(*decode_subscription(as_bytes(bytes)), std::vector<std::string>{"ab"});
}

TEST(ConsumerProtocol, AssignmentComesBackSortedByTopic) {
  const Partitions given = {{"b", 1}, {"a", 0}, {"b", 0}};
  const Partitions expected = {{"a", 0}, {"b", 0}, {"b", 1}};
  EXPECT_EQ(*decode_assignment(encode_assignment(given)), expected);
}

TEST(ConsumerProtocol, NoBytesAreAnEmptyAssignment) { EXPECT_TRUE(decode_assignment({})->empty()); }

TEST(ConsumerProtocol, CutBytesAreRefusedAtEveryLength) {
  const Bytes subscription = encode_subscription({"orders"});
  const Bytes assignment = encode_assignment({{"orders", 1}});
  const size_t user_data = 4;
  for (size_t size = 0; size < subscription.size() - user_data; ++size) {
    EXPECT_FALSE(decode_subscription(ByteView(subscription).first(size))) << size;
  }
  for (size_t size = 1; size < assignment.size() - user_data; ++size) {
    EXPECT_FALSE(decode_assignment(ByteView(assignment).first(size))) << size;
  }
}

TEST(RangeAssignor, FirstMembersTakeWhatDoesNotComeOutEven) {
  const auto assigned = assign_ranges(
      {{.member_id = "m2", .topics = {"t"}}, {.member_id = "m1", .topics = {"t"}}}, {{"t", 5}});
  EXPECT_EQ(assigned.at("m1"), (Partitions{{"t", 0}, {"t", 1}, {"t", 2}}));
  EXPECT_EQ(assigned.at("m2"), (Partitions{{"t", 3}, {"t", 4}}));
}

TEST(RangeAssignor, OnlySubscribersOfATopicGetItsPartitions) {
  const auto assigned = assign_ranges(
      {{.member_id = "m1", .topics = {"a"}}, {.member_id = "m2", .topics = {"a", "b"}}},
      {{"a", 2}, {"b", 1}});
  EXPECT_EQ(assigned.at("m1"), (Partitions{{"a", 0}}));
  EXPECT_EQ(assigned.at("m2"), (Partitions{{"a", 1}, {"b", 0}}));
}

TEST(RangeAssignor, StaticMembersComeFirstByInstance) {
  const auto assigned =
      assign_ranges({{.member_id = "a", .topics = {"t"}},
                     {.member_id = "z", .group_instance_id = "i1", .topics = {"t"}}},
                    {{"t", 1}});
  EXPECT_EQ(assigned.at("z").size(), 1U);
  EXPECT_TRUE(assigned.at("a").empty());
}

TEST(RangeAssignor, AMemberWithoutPartitionsHasAnEmptyEntry) {
  const auto assigned = assign_ranges({{.member_id = "m", .topics = {"gone"}}}, {{"gone", 0}});
  EXPECT_TRUE(assigned.at("m").empty());
}

}  // namespace
}  // namespace millrace::client
