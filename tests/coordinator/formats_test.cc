// The bytes here were made by Apache Kafka 4.3.1's own classes (OffsetCommitKey, OffsetCommitValue,
// GroupMetadataKey, GroupMetadataValue).
#include "coordinator/formats.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "coordinator/group_id.h"
#include "coordinator/subscription.h"
#include "harness.h"
#include "hex.h"

namespace millrace::coordinator {
namespace {

constexpr int64_t kTime = 1'700'000'000'123;
constexpr std::string_view kOffsetKey = "0001000762696c6c696e6700066f726465727300000007";
constexpr std::string_view kGroupKey = "0002000762696c6c696e67";
constexpr std::string_view kOffsetValue =
    "0004000000000000002a00000003086174206e6f6f6e0000018bcfe5687b00";
constexpr std::string_view kOffsetValueWithId =
    "0004000000000000002a00000003086174206e6f6f6e0000018bcfe5687b"
    "0100100102030405060708090a0b0c0d0e0f10";
constexpr std::string_view kOffsetValueWithExpiry =
    "0001000000000000002a00076174206e6f6f6e0000018bcfe5687b0000018bcfe652db";
constexpr std::string_view kGroupValue =
    "00030008636f6e73756d657200000005000572616e676500036d2d310000018bcfe5687b00000002"
    "00036d2d3100036f6e65000163000a2f3132372e302e302e310000ea600000271000000002010200000003030405"
    "00036d2d32ffff00016400042f3a3a31000493e00000afc8000000000000000106";
constexpr std::string_view kEmptyGroupValue =
    "00030008636f6e73756d657200000006ffffffff0000018bcfe5687b00000000";

OffsetValue offset_value() {
  OffsetValue value;
  value.offset = Offset(42);
  value.leader_epoch = LeaderEpoch(3);
  value.metadata = "at noon";
  value.commit_timestamp_ms = kTime;
  return value;
}

GroupValue group_value() {
  GroupValue value;
  value.protocol_type = "consumer";
  value.generation_id = 5;
  value.protocol_name = "range";
  value.leader = "m-1";
  value.state_timestamp_ms = kTime;
  value.members.push_back({.member_id = "m-1",
                           .group_instance_id = "one",
                           .client_id = "c",
                           .client_host = "/127.0.0.1",
                           .rebalance_timeout_ms = 60'000,
                           .session_timeout_ms = 10'000,
                           .subscription = from_hex("0102"),
                           .assignment = from_hex("030405")});
  value.members.push_back({.member_id = "m-2",
                           .group_instance_id = std::nullopt,
                           .client_id = "d",
                           .client_host = "/::1",
                           .rebalance_timeout_ms = 300'000,
                           .session_timeout_ms = 45'000,
                           .subscription = {},
                           .assignment = from_hex("06")});
  return value;
}

TEST(Formats, KeysAreKafkasBytes) {
  EXPECT_EQ(to_hex(encode_key(OffsetKey{"billing", "orders", PartitionId(7)})), kOffsetKey);
  EXPECT_EQ(to_hex(encode_key(GroupKey{"billing"})), kGroupKey);
}

TEST(Formats, KeysAreReadBack) {
  const Bytes offset_bytes = from_hex(kOffsetKey);
  const auto offset_key = decode_key(offset_bytes);
  ASSERT_TRUE(offset_key && std::holds_alternative<OffsetKey>(*offset_key));
  EXPECT_EQ(std::get<OffsetKey>(*offset_key).group_id, "billing");
  EXPECT_EQ(std::get<OffsetKey>(*offset_key).topic, "orders");
  EXPECT_EQ(std::get<OffsetKey>(*offset_key).partition, PartitionId(7));
  const Bytes group_bytes = from_hex(kGroupKey);
  const auto group_key = decode_key(group_bytes);
  ASSERT_TRUE(group_key && std::holds_alternative<GroupKey>(*group_key));
  EXPECT_EQ(std::get<GroupKey>(*group_key).group_id, "billing");
}

TEST(Formats, KeysOfOtherCoordinatorsAreUnknownNotWrong) {
  const Bytes bytes = from_hex("0003000762696c6c696e67");
  const auto key = decode_key(bytes);
  ASSERT_TRUE(key && std::holds_alternative<UnknownKey>(*key));
  EXPECT_EQ(std::get<UnknownKey>(*key).version, 3);
}

TEST(Formats, OffsetValuesAreKafkasBytes) {
  EXPECT_EQ(to_hex(encode_value(offset_value())), kOffsetValue);
  OffsetValue with_id = offset_value();
  for (size_t i = 0; i < 16; ++i) with_id.topic_id.bytes[i] = static_cast<std::byte>(i + 1);
  EXPECT_EQ(to_hex(encode_value(with_id)), kOffsetValueWithId);
  OffsetValue with_expiry = offset_value();
  with_expiry.expire_timestamp_ms = kTime + 60'000;
  EXPECT_EQ(to_hex(encode_value(with_expiry)), kOffsetValueWithExpiry);
}

TEST(Formats, OffsetValuesOfEveryVersionAreRead) {
  for (const std::string_view hex : {
           std::string_view("0000000000000000002a00076174206e6f6f6e0000018bcfe5687b"),
           std::string_view("0001000000000000002a00076174206e6f6f6e0000018bcfe5687b"
                            "ffffffffffffffff"),
           std::string_view("0002000000000000002a00076174206e6f6f6e0000018bcfe5687b"),
           std::string_view("0003000000000000002a0000000300076174206e6f6f6e0000018bcfe5687b"),
           kOffsetValue,
       }) {
    const auto value = decode_offset_value(from_hex(hex));
    ASSERT_TRUE(value) << hex;
    EXPECT_EQ(value->offset, Offset(42)) << hex;
    EXPECT_EQ(value->metadata, "at noon") << hex;
    EXPECT_EQ(value->commit_timestamp_ms, kTime) << hex;
    EXPECT_FALSE(value->expire_timestamp_ms) << hex;
    const bool has_epoch = hex[3] >= '3';
    EXPECT_EQ(value->leader_epoch, has_epoch ? LeaderEpoch(3) : kNoLeaderEpoch) << hex;
  }
  EXPECT_EQ(decode_offset_value(from_hex(kOffsetValueWithExpiry))->expire_timestamp_ms,
            kTime + 60'000);
  EXPECT_EQ(decode_offset_value(from_hex(kOffsetValueWithId))->topic_id.bytes[15], std::byte{16});
}

TEST(Formats, GroupValuesAreKafkasBytes) {
  EXPECT_EQ(to_hex(encode_value(group_value())), kGroupValue);
  GroupValue empty;
  empty.protocol_type = "consumer";
  empty.generation_id = 6;
  empty.state_timestamp_ms = kTime;
  EXPECT_EQ(to_hex(encode_value(empty)), kEmptyGroupValue);
}

TEST(Formats, GroupValuesOfEveryVersionAreRead) {
  const std::string_view v0 =
      "00000008636f6e73756d657200000005000572616e676500036d2d310000000200036d2d31000163000a2f313237"
      "2e302e302e31000027100000000201020000000303040500036d2d3200016400042f3a3a310000afc80000000000"
      "00000106";
  const std::string_view v1 =
      "00010008636f6e73756d657200000005000572616e676500036d2d310000000200036d2d31000163000a2f313237"
      "2e302e302e310000ea60000027100000000201020000000303040500036d2d3200016400042f3a3a31000493e000"
      "00afc8000000000000000106";
  const std::string_view v2 =
      "00020008636f6e73756d657200000005000572616e676500036d2d310000018bcfe5687b0000000200036d2d3100"
      "0163000a2f3132372e302e302e310000ea60000027100000000201020000000303040500036d2d3200016400042f"
      "3a3a31000493e00000afc8000000000000000106";
  const std::string_view v4 =
      "000409636f6e73756d6572000000050672616e6765046d2d310000018bcfe5687b03046d2d31046f6e6502630b2f"
      "3132372e302e302e310000ea60000027100301020403040500046d2d32000264052f3a3a31000493e00000afc801"
      "02060000";
  for (const std::string_view hex : {v0, v1, v2, kGroupValue, v4}) {
    const char version = hex[3];
    const auto value = decode_group_value(from_hex(hex));
    ASSERT_TRUE(value) << hex;
    EXPECT_EQ(value->protocol_type, "consumer");
    EXPECT_EQ(value->generation_id, 5);
    EXPECT_EQ(value->protocol_name, "range");
    EXPECT_EQ(value->leader, "m-1");
    EXPECT_EQ(value->state_timestamp_ms, version >= '2' ? kTime : -1);
    ASSERT_EQ(value->members.size(), 2u);
    const MemberValue& first = value->members[0];
    EXPECT_EQ(first.member_id, "m-1");
    EXPECT_EQ(first.group_instance_id,
              version >= '3' ? std::optional<std::string>("one") : std::nullopt);
    EXPECT_EQ(first.client_host, "/127.0.0.1");
    EXPECT_EQ(first.rebalance_timeout_ms, version >= '1' ? 60'000 : -1);
    EXPECT_EQ(first.session_timeout_ms, 10'000);
    EXPECT_EQ(first.subscription, from_hex("0102"));
    EXPECT_EQ(first.assignment, from_hex("030405"));
    EXPECT_EQ(value->members[1].assignment, from_hex("06"));
  }
}

TEST(Formats, AnythingCutShortIsMalformed) {
  for (const std::string_view hex : {kOffsetValue, kOffsetValueWithId, kOffsetValueWithExpiry}) {
    const Bytes whole = from_hex(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode_offset_value(ByteView(whole).first(size))) << hex << " at " << size;
    }
  }
  const Bytes group = from_hex(kGroupValue);
  for (size_t size = 0; size < group.size(); ++size) {
    EXPECT_FALSE(decode_group_value(ByteView(group).first(size))) << size;
  }
  for (const std::string_view hex : {kOffsetKey, kGroupKey}) {
    const Bytes whole = from_hex(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(decode_key(ByteView(whole).first(size))) << hex << " at " << size;
    }
  }
}

TEST(Formats, VersionsFromTheFutureAreRefusedByName) {
  const auto value = decode_offset_value(from_hex("0005000000000000002a"));
  ASSERT_FALSE(value);
  EXPECT_TRUE(value.error().is(ErrorCode::unsupported_version));
}

TEST(Formats, RandomBytesNeverCrashTheReaders) {
  std::mt19937 random(20'261'124);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = from_hex(round % 2 == 0 ? kGroupValue : kOffsetValueWithId);
    for (int change = 0; change < 4; ++change) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    const auto group = decode_group_value(bytes);
    if (group) {
      EXPECT_LE(group->members.size(), bytes.size());
    }
    const auto offset = decode_offset_value(bytes);
    if (offset) {
      EXPECT_LE(offset->metadata.size(), bytes.size());
    }
    const auto key = decode_key(bytes);
    if (!key) {
      EXPECT_TRUE(key.error().is(ErrorCode::corrupt_message));
    }
  }
}

TEST(GroupId, HashesAsJavaDoes) {
  EXPECT_EQ(java_string_hash(""), 0);
  EXPECT_EQ(java_string_hash("g"), 103);
  EXPECT_EQ(java_string_hash("billing"), -109'829'509);
  EXPECT_EQ(java_string_hash("grüße"), 98'768'023);
  EXPECT_EQ(java_string_hash("日本"), 835'047);
  EXPECT_EQ(java_string_hash("😀x"), 54'959'989);
}

TEST(GroupId, PartitionIsTheHashesAbsoluteValueModuloTheCount) {
  EXPECT_EQ(partition_of_group("billing", 50), PartitionId(9));
  EXPECT_EQ(partition_of_group("grüße", 50), PartitionId(23));
  // Its hash is -2^31, which has no absolute value.
  EXPECT_EQ(partition_of_group("polygenelubricants", 50), PartitionId(0));
}

TEST(Subscription, TopicsAreReadWhateverFollows) {
  std::set<std::string> topics;
  EXPECT_TRUE(add_subscribed_topics(subscription({"a", "b"}), topics));
  EXPECT_TRUE(add_subscribed_topics(subscription({"b", "c"}), topics));
  EXPECT_EQ(topics, (std::set<std::string>{"a", "b", "c"}));
}

TEST(Subscription, CutShortIsNotASubscription) {
  const Bytes whole = subscription({"orders"});
  for (size_t size = 0; size < whole.size(); ++size) {
    std::set<std::string> topics;
    EXPECT_FALSE(add_subscribed_topics(ByteView(whole).first(size), topics)) << size;
  }
}

}  // namespace
}  // namespace millrace::coordinator
