// What members of a group tell each other, byte for byte.
#include "client/consumer/consumer_protocol.h"

#include <gtest/gtest.h>

#include <set>

namespace millrace::client {
namespace {

using Partitions = std::vector<TopicPartition>;

/// Of a literal with zeros in it.
template <size_t Size>
ByteView bytes_of(const char (&literal)[Size]) {
  return as_bytes(std::string_view(literal, Size - 1));
}

TEST(ConsumerProtocol, SubscriptionComesBackInOrder) {
  const MemberSubscription given{.topics = {"orders", "events"},
                                 .user_data = Bytes{std::byte{1}, std::byte{2}},
                                 .owned = {{"orders", 2}, {"events", 0}, {"orders", 1}},
                                 .generation = 7};
  MemberSubscription expected = given;
  expected.topics = {"events", "orders"};
  expected.owned = {{"events", 0}, {"orders", 1}, {"orders", 2}};
  EXPECT_EQ(*decode_subscription(encode_subscription(given)), expected);
}

TEST(ConsumerProtocol, NoUserDataAndEmptyUserDataDiffer) {
  MemberSubscription given{.topics = {"t"}};
  EXPECT_EQ(decode_subscription(encode_subscription(given))->user_data, std::nullopt);
  given.user_data = Bytes();
  EXPECT_EQ(decode_subscription(encode_subscription(given))->user_data, Bytes());
}

TEST(ConsumerProtocol, SubscriptionBytesAreKafkas) {
  const Bytes bytes = encode_subscription(
      {.topics = {"ab"}, .user_data = Bytes{std::byte{9}}, .owned = {{"ab", 3}}, .generation = 5});
  EXPECT_EQ(as_text(bytes), as_text(bytes_of("\0\3"
                                             "\0\0\0\1\0\2ab"
                                             "\0\0\0\1\x09"
                                             "\0\0\0\1\0\2ab\0\0\0\1\0\0\0\3"
                                             "\0\0\0\5"
                                             "\xff\xff")));
}

TEST(ConsumerProtocol, OlderAndNewerVersionsAreRead) {
  const auto v0 = decode_subscription(bytes_of("\0\0\0\0\0\1\0\2ab\xff\xff\xff\xff"));
  ASSERT_TRUE(v0);
  EXPECT_EQ(v0->topics, std::vector<std::string>{"ab"});
  EXPECT_EQ(v0->generation, -1);

  const auto v1 = decode_subscription(
      bytes_of("\0\1\0\0\0\1\0\2ab\xff\xff\xff\xff\0\0\0\1\0\2ab\0\0\0\1\0\0\0\3"));
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->owned, (Partitions{{"ab", 3}}));

  const auto v4 = decode_subscription(
      bytes_of("\0\4\0\0\0\1\0\2ab\xff\xff\xff\xff\0\0\0\0\0\0\0\5\0\1rwhatever"));
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->generation, 5);
}

TEST(ConsumerProtocol, AVersionMayBeClaimedWithoutItsFields) {
  const auto claimed = decode_subscription(bytes_of("\0\1\0\0\0\1\0\2ab\xff\xff\xff\xff"));
  ASSERT_TRUE(claimed);
  EXPECT_TRUE(claimed->owned.empty());
}

TEST(ConsumerProtocol, AssignmentComesBackSortedByTopic) {
  const Partitions given = {{"b", 1}, {"a", 0}, {"b", 0}};
  const Partitions expected = {{"a", 0}, {"b", 0}, {"b", 1}};
  EXPECT_EQ(*decode_assignment(encode_assignment(given)), expected);
}

TEST(ConsumerProtocol, NoBytesAreAnEmptyAssignment) { EXPECT_TRUE(decode_assignment({})->empty()); }

TEST(ConsumerProtocol, CutBytesAreRefusedAtEveryLength) {
  const Bytes subscription =
      encode_subscription({.topics = {"orders"}, .owned = {{"orders", 0}}, .generation = 1});
  const size_t rack = 2, generation = 4, owned = 4 + 2 + 6 + 4 + 4;
  const size_t whole = subscription.size() - rack;
  // What claims a version without its fields ends before one of them.
  const std::set<size_t> ends = {whole - generation - owned, whole - generation};
  for (size_t size = 0; size < whole; ++size) {
    if (ends.contains(size)) continue;
    EXPECT_FALSE(decode_subscription(ByteView(subscription).first(size))) << size;
  }
  const Bytes assignment = encode_assignment({{"orders", 1}});
  const size_t user_data = 4;
  for (size_t size = 1; size < assignment.size() - user_data; ++size) {
    EXPECT_FALSE(decode_assignment(ByteView(assignment).first(size))) << size;
  }
}

}  // namespace
}  // namespace millrace::client
