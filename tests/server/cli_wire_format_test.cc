// The bytes in front of a record with a schema.
#include <gtest/gtest.h>

#include "cli/wire_format.h"

namespace millrace::server {
namespace {

using namespace std::string_literals;

TEST(WireFormat, HasAZeroAndTheIdInFourBytes) {
  EXPECT_EQ(frame_record({.id = 0x01020384, .payload = "xy"}), "\0\x01\x02\x03\x84xy"s);
  const std::string bytes = frame_record({.id = 2'147'483'647, .payload = ""});
  const auto framed = parse_framed(bytes);
  ASSERT_TRUE(framed);
  EXPECT_EQ(framed->id, 2'147'483'647);
  EXPECT_EQ(framed->payload, "");
  EXPECT_EQ(parse_framed("\0\0\0\1\0payload"s)->id, 256);
  EXPECT_EQ(parse_framed("\0\0\0\1\0payload"s)->payload, "payload");
}

TEST(WireFormat, OtherBytesAreNotInIt) {
  for (const auto& bytes : {""s, "\0\0\0\1"s, "\1\0\0\0\1x"s, "{\"a\":1}"s, "\0\0\0\0\0\0\0\7"s,
                            "\0\xff\xff\xff\xff"s}) {
    EXPECT_FALSE(parse_framed(bytes)) << bytes.size();
  }
}

}  // namespace
}  // namespace millrace::server
