// Results, error codes, uuids, text and locks: the words every layer speaks.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "base/text.h"
#include "base/try.h"
#include "base/uuid.h"
#include "millrace/result.h"

namespace millrace {
namespace {

Result<int> half_of(int value) {
  if (value % 2 != 0) return kafka_error(ErrorCode::invalid_request, cat(value, " is odd"));
  return value / 2;
}

Result<void> check_quarter(int value, int expected) {
  MILL_TRY(const int half, half_of(value));
  MILL_TRY(const int quarter, half_of(half));
  if (quarter != expected) return kafka_error(ErrorCode::unknown_server_error, "wrong");
  return {};
}

TEST(Result, TryHandsTheFirstErrorUp) {
  EXPECT_TRUE(check_quarter(8, 2));
  const auto failed = check_quarter(6, 1);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "3 is odd");
  EXPECT_TRUE(failed.error().is(ErrorCode::invalid_request));
}

TEST(Error, ContextComesInFront) {
  const Error error = kafka_error(ErrorCode::corrupt_message, "crc").with_context("a.log at 10");
  EXPECT_EQ(error.to_string(), "a.log at 10: crc (CORRUPT_MESSAGE)");
}

TEST(Error, OtherDomainsHaveNoKafkaCode) {
  const Error error(std::error_code(EIO, std::generic_category()), "disk");
  EXPECT_EQ(error.kafka_code(), std::nullopt);
  EXPECT_FALSE(error.retriable());
  EXPECT_EQ(error.to_string(), "disk");
}

TEST(ErrorCode, KnowsKafkasNumbersNamesAndRetries) {
  EXPECT_EQ(static_cast<int>(ErrorCode::kafka_storage_error), 56);
  EXPECT_EQ(error_name(ErrorCode::member_id_required), "MEMBER_ID_REQUIRED");
  EXPECT_TRUE(is_retriable(ErrorCode::not_leader_or_follower));
  EXPECT_FALSE(is_retriable(ErrorCode::out_of_order_sequence_number));
  EXPECT_EQ(error_name(static_cast<ErrorCode>(9999)), "UNKNOWN_SERVER_ERROR");
}

TEST(Uuid, TextFormRoundTrips) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = Uuid::random();
    const std::string text = uuid.to_string();
    EXPECT_EQ(text.size(), 22U);
    EXPECT_NE(text.front(), '-');
    EXPECT_EQ(Uuid::parse(text), uuid);
    EXPECT_TRUE(seen.insert(text).second);
  }
}

TEST(Uuid, ParsesWhatKafkaPrints) {
  EXPECT_TRUE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAA")->is_zero());
  // Of the last character only two bits count; Java ignores the rest, and so do we.
  EXPECT_EQ(Uuid::parse("MkU3OEVBNTcwNTJENDM2Qk"), Uuid::parse("MkU3OEVBNTcwNTJENDM2Qg"));
  EXPECT_EQ(Uuid::parse("short"), std::nullopt);
  EXPECT_EQ(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA="), std::nullopt);
}

TEST(Text, ParsesWholeNumbersOnly) {
  EXPECT_EQ(parse_int64("-12"), -12);
  EXPECT_EQ(parse_int64("12 "), std::nullopt);
  EXPECT_EQ(parse_int64(""), std::nullopt);
  EXPECT_EQ(parse_int64("9223372036854775808"), std::nullopt);
}

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_TRUE(split("", ',').empty());
}

TEST(Text, NearestNameFindsTheSlip) {
  const std::string_view names[] = {"retention.ms", "retention.bytes", "segment.ms"};
  EXPECT_EQ(nearest_name("retension.ms", names), "retention.ms");
  EXPECT_EQ(nearest_name("zzz", names), "");
}

#if defined(MILL_LOCK_RANKS)
TEST(LockRankDeathTest, LockingAgainstTheOrderIsABug) {
  Mutex partition(LockRank::partition);
  Mutex group(LockRank::group);
  EXPECT_DEATH(
      {
        const MutexLock inner(partition);
        const MutexLock outer(group);
      },
      "lock order");
}
#endif

}  // namespace
}  // namespace millrace
