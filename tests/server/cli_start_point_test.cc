#include <gtest/gtest.h>

#include "cli/common.h"
#include "cli/start_point.h"

namespace millrace::server {
namespace {

using Kind = StartPoint::Kind;

TEST(StartPoint, TakesWordsOffsetsAndTimes) {
  const std::pair<const char*, StartPoint> cases[] = {
      {"beginning", {.kind = Kind::beginning}},
      {"end", {.kind = Kind::end}},
      {"0", {.kind = Kind::offset, .number = 0}},
      {"42", {.kind = Kind::offset, .number = 42}},
      {"-10", {.kind = Kind::before_end, .number = 10}},
      {"@1700000000000", {.kind = Kind::timestamp, .number = 1'700'000'000'000}},
      {"2023-11-14T22:13:20Z", {.kind = Kind::timestamp, .number = 1'700'000'000'000}},
  };
  for (const auto& [text, point] : cases) {
    const auto parsed = parse_start_point(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, point) << text;
  }
}

TEST(StartPoint, WhatIsNoneIsAUsageError) {
  for (const char* text : {"", "start", "@", "@-1", "1x", "99999999999999999999", "2023-13-01"}) {
    const auto parsed = parse_start_point(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(exit_code_of(parsed.error()), kExitUsage) << text;
  }
}

TEST(Time, PartsMayBeLeftOutFromTheEnd) {
  EXPECT_EQ(*parse_time("1970-01-02"), 86'400'000);
  EXPECT_EQ(*parse_time("1970-01-01T00:01"), 60'000);
  EXPECT_EQ(*parse_time("1970-01-01 00:00:01"), 1'000);
  EXPECT_EQ(*parse_time("1970-01-01T00:00:01.250Z"), 1'250);
}

TEST(Time, TakesWhatSchedulersPrint) {
  EXPECT_EQ(*parse_time("1970-01-01T02:00:00+00:00"), 7'200'000);
  EXPECT_EQ(*parse_time("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(*parse_time("1969-12-31T19:00:00.123456-0500"), 123);
  EXPECT_EQ(*parse_time("1970-01-01T00:00:00.5"), 500);
  EXPECT_EQ(*parse_time("@1700000000000"), 1'700'000'000'000);
}

TEST(Time, SoLongAgoIsCountedFromNow) {
  EXPECT_EQ(*parse_time("-5m", 1'000'000), 700'000);
  EXPECT_EQ(*parse_time("-250ms", 1'000'000), 999'750);
  EXPECT_EQ(*parse_start_point("-1h", 3'600'000),
            (StartPoint{.kind = Kind::timestamp, .number = 0}));
}

TEST(Time, RefusesDatesThatAreNoneAndTrailingText) {
  for (const char* text : {"1970-02-30", "1970-01-01T24:00", "1970-01-01T00:60", "1970-1-1",
                           "1970-01-01T00:00:00+1", "1970-01-01T00:00:00+19:00",
                           "1970-01-01T00:00:00.Z", "1970-01-01Tx", "20260131", "-5", "-5x", "@"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

}  // namespace
}  // namespace millrace::server
