#include "client/address.h"

#include <gtest/gtest.h>

namespace millrace::client {
namespace {

TEST(Address, TakesHostAndPort) {
  EXPECT_EQ(*parse_address("broker-1:19092"), (Address{.host = "broker-1", .port = 19092}));
}

TEST(Address, PortDefaultsToKafkas) { EXPECT_EQ(parse_address("broker-1")->port, 9092); }

TEST(Address, TakesIpv6InBracketsAndWritesItSo) {
  const auto address = parse_address("[::1]:9000");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->to_string(), "[::1]:9000");
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", ":9092", "host:", "host:0", "host:65536", "host:abc", "[::1"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Address, ListSkipsEmptyPartsAndNeedsOne) {
  EXPECT_EQ(parse_addresses(" a:1, ,b:2")->size(), 2U);
  EXPECT_FALSE(parse_addresses(" , "));
}

}  // namespace
}  // namespace millrace::client
