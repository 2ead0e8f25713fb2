// The bytes here were made by Apache Kafka 4.3.1's own classes (GroupCoordinatorRecordHelpers and
// GroupCoordinatorRecordSerde).
#include "coordinator/consumer/consumer_records.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace::coordinator {
namespace {

constexpr int64_t kTime = 1'700'000'000'123;

Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<int>(byte >> 4)];
    text += "0123456789abcdef"[std::to_integer<int>(byte & std::byte{15})];
  }
  return text;
}

/// Bytes that count up from `first`.
Uuid id_from(int first) {
  Uuid id;
  for (size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::byte>(first + static_cast<int>(i));
  }
  return id;
}

struct Golden {
  std::string name;
  ConsumerRecord record;
  std::string key;
  /// Empty for a tombstone.
  std::string value;
};

ConsumerMemberValue full_member() {
  ConsumerMemberValue member;
  member.instance_id = "one";
  member.rack_id = "r";
  member.client_id = "c";
  member.client_host = "/127.0.0.1";
  member.subscribed_topics = {"payments", "orders"};
  member.subscribed_regex = "o.*";
  member.rebalance_timeout_ms = 60'000;
  member.server_assignor = "range";
  return member;
}

ConsumerMemberValue bare_member() {
  ConsumerMemberValue member;
  member.client_id = "c";
  member.client_host = "h";
  return member;
}

ConsumerMemberValue classic_member() {
  ConsumerMemberValue member = bare_member();
  member.subscribed_topics = {"orders"};
  member.classic = ClassicMemberValue{10'000, {{"range", from_hex("010203")}}};
  return member;
}

CurrentAssignmentValue moving_member() {
  CurrentAssignmentValue current;
  current.member_epoch = 7;
  current.previous_member_epoch = 6;
  current.state = MemberState::unrevoked_partitions;
  current.assigned = {{id_from(1), {{0, 3}, {1, 7}}}};
  current.pending_revocation = {{id_from(17), {{5, 2}}}};
  return current;
}

std::vector<Golden> all_golden() {
  const std::string group_key = "0003000762696c6c696e67";
  const std::string member_key = "0005000762696c6c696e6700036d2d31";
  const std::string current_key = "0008000762696c6c696e6700036d2d31";
  const std::string regex_key = "0010000762696c6c696e6700036f2e2a";
  return {
      {"group", ConsumerGroupRecord{{{7, 0}}}, group_key, "00000000000700"},
      {"group with hash", ConsumerGroupRecord{{{7, 0x1234567890abcdef}}}, group_key,
       "0000000000070100081234567890abcdef"},
      {"group gone", ConsumerGroupRecord{}, group_key, ""},
      {"partition metadata gone", PartitionMetadataRecord{}, "0004000762696c6c696e67", ""},
      {"member", ConsumerMemberRecord{"m-1", full_member()}, member_key,
       "0000046f6e65027202630b2f3132372e302e302e3103076f7264657273097061796d656e7473046f2e2a"
       "0000ea600672616e676500"},
      {"bare member", ConsumerMemberRecord{"m-1", bare_member()}, member_key,
       "00000000026302680101ffffffff0000"},
      {"classic member", ConsumerMemberRecord{"m-1", classic_member()}, member_key,
       "000000000263026802076f726465727301ffffffff000100120100002710020672616e6765040102030000"},
      {"target epoch", TargetEpochRecord{{{7, kTime}}}, "0006000762696c6c696e67",
       "0000000000070100080000018bcfe5687b"},
      {"target epoch of unknown time", TargetEpochRecord{{{7, 0}}}, "0006000762696c6c696e67",
       "00000000000700"},
      {"target", TargetMemberRecord{"m-1", PartitionSets{{id_from(1), {0, 1}}}},
       "0007000762696c6c696e6700036d2d31",
       "0000020102030405060708090a0b0c0d0e0f100300000000000000010000"},
      {"current", CurrentAssignmentRecord{"m-1", moving_member()}, current_key,
       "0000000000070000000601020102030405060708090a0b0c0d0e0f1003000000000000000101000903000000"
       "0300000007021112131415161718191a1b1c1d1e1f200200000005010005020000000200"},
      {"current of a newcomer", CurrentAssignmentRecord{"m-1", CurrentAssignmentValue()},
       current_key, "000000000000ffffffff00010100"},
      {"regex", RegexRecord{"o.*", RegexValue{{"orders", "other"}, 12, kTime}}, regex_key,
       "000003076f7264657273066f74686572000000000000000c0000018bcfe5687b00"},
      {"regex gone", RegexRecord{"o.*", std::nullopt}, regex_key, ""},
  };
}

TEST(ConsumerRecords, BytesAreKafkas) {
  for (const Golden& golden : all_golden()) {
    SCOPED_TRACE(golden.name);
    EXPECT_EQ(to_hex(encode_key("billing", golden.record)), golden.key);
    EXPECT_EQ(to_hex(encode_value(golden.record).value_or(Bytes())), golden.value);
  }
}

TEST(ConsumerRecords, WhatIsReadIsWrittenAgain) {
  for (const Golden& golden : all_golden()) {
    SCOPED_TRACE(golden.name);
    const Bytes key_bytes = from_hex(golden.key);
    const Bytes value_bytes = from_hex(golden.value);
    const auto key = decode_consumer_key(key_bytes);
    ASSERT_TRUE(key && *key);
    EXPECT_EQ((*key)->group_id, "billing");
    const auto value =
        golden.value.empty() ? std::optional<ByteView>() : std::optional<ByteView>(value_bytes);
    const auto record = decode_consumer_record(**key, value);
    ASSERT_TRUE(record);
    EXPECT_EQ(to_hex(encode_key("billing", *record)), golden.key);
    EXPECT_EQ(to_hex(encode_value(*record).value_or(Bytes())), golden.value);
  }
}

TEST(ConsumerRecords, KeysOfOtherProtocolsAreNotTheirs) {
  for (const std::string text : {"0002000167", "0009000167", "000f000167", "0011000167", "00"}) {
    const Bytes bytes = from_hex(text);
    const auto key = decode_consumer_key(bytes);
    ASSERT_TRUE(key);
    EXPECT_FALSE(*key) << text;
  }
}

TEST(ConsumerRecords, ContentOfOldPartitionMetadataIsNotLookedAt) {
  const Bytes key_bytes = from_hex("0004000762696c6c696e67");
  const auto key = decode_consumer_key(key_bytes);
  ASSERT_TRUE(key && *key);
  const Bytes anything = from_hex("0042ffff");
  const auto record = decode_consumer_record(**key, anything);
  ASSERT_TRUE(record);
  EXPECT_TRUE(std::get<PartitionMetadataRecord>(*record).is_present);
}

TEST(ConsumerRecords, WithoutAssignmentEpochsTheMembersEpochCounts) {
  const Bytes key_bytes = from_hex("0008000762696c6c696e6700036d2d31");
  const Bytes value = from_hex(
      "00000000000700000006000201020304050607"
      "08090a0b0c0d0e0f1003000000000000000100"
      "0100");
  const auto record = decode_consumer_record(**decode_consumer_key(key_bytes), value);
  ASSERT_TRUE(record);
  const auto& current = std::get<CurrentAssignmentRecord>(*record).value;
  EXPECT_EQ(current->assigned, (PartitionEpochs{{id_from(1), {{0, 7}, {1, 7}}}}));
}

TEST(ConsumerRecords, AStateOfALaterKafkaIsUnknown) {
  const Bytes key_bytes = from_hex("0008000762696c6c696e6700036d2d31");
  const Bytes value = from_hex("000000000007000000060901010000");
  const auto record = decode_consumer_record(**decode_consumer_key(key_bytes), value);
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<CurrentAssignmentRecord>(*record).value->state, MemberState::unknown);
}

TEST(ConsumerRecords, ValuesFromTheFutureAreRefused) {
  const Bytes key_bytes = from_hex("0003000762696c6c696e67");
  const auto key = decode_consumer_key(key_bytes);
  const Bytes value = from_hex("00010000000700");
  EXPECT_EQ(decode_consumer_record(**key, value).error().kafka_code(),
            ErrorCode::unsupported_version);
}

TEST(ConsumerRecords, TruncatedBytesAreRefusedAtEveryLength) {
  for (const Golden& golden : all_golden()) {
    SCOPED_TRACE(golden.name);
    const Bytes key_bytes = from_hex(golden.key);
    for (size_t size = 2; size < key_bytes.size(); ++size) {
      EXPECT_FALSE(decode_consumer_key(ByteView(key_bytes).first(size))) << size;
    }
    const auto key = decode_consumer_key(key_bytes);
    const Bytes value = from_hex(golden.value);
    for (size_t size = 0; size < value.size(); ++size) {
      EXPECT_FALSE(decode_consumer_record(**key, ByteView(value).first(size))) << size;
    }
  }
}

}  // namespace
}  // namespace millrace::coordinator
