// Lengths of time as people write and read them.
#include <gtest/gtest.h>

#include "cli/common.h"
#include "cli/duration.h"

namespace millrace::server {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, IsANumberAndAUnit) {
  EXPECT_EQ(to_duration("250ms"), milliseconds(250));
  EXPECT_EQ(to_duration("0s"), seconds(0));
  EXPECT_EQ(to_duration("30s"), seconds(30));
  EXPECT_EQ(to_duration("5m"), minutes(5));
  EXPECT_EQ(to_duration("2h"), hours(2));
  EXPECT_EQ(to_duration("7d"), days(7));
}

TEST(Duration, WhatIsNoneIsAUsageError) {
  for (const char* text : {"", "5", "s", "-5s", "5 s", "1.5h", "5w", "99999999999999999999s",
                           "9000000000000000d", "36526d"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(exit_code_of(parsed.error()), kExitUsage) << text;
  }
}

TEST(Duration, IsShownInItsTwoLargestUnits) {
  const std::pair<milliseconds, const char*> cases[] = {
      {milliseconds(0), "0s"},
      {milliseconds(-5), "0s"},
      {milliseconds(450), "450ms"},
      {milliseconds(1'580), "1.5s"},
      {milliseconds(12'900), "12s"},
      {minutes(3) + seconds(20), "3m 20s"},
      {hours(5), "5h"},
      {hours(5) + seconds(59), "5h"},
      {days(2) + hours(4) + minutes(3), "2d 4h"},
  };
  for (const auto& [time, text] : cases) EXPECT_EQ(duration_text(time), text);
  EXPECT_EQ(duration_text(std::optional<milliseconds>()), "-");
}

}  // namespace
}  // namespace millrace::server
