#include "client/client_options.h"

#include <gtest/gtest.h>

#include "millrace/client.h"
#include "millrace/client_error.h"

namespace millrace::client {
namespace {

TEST(ClientOptions, TakeKafkasNames) {
  ClientOptions options;
  ASSERT_TRUE(options.set("bootstrap.servers", "a:1,b:2").has_value());
  ASSERT_TRUE(options.set("request.timeout.ms", "1500").has_value());
  EXPECT_EQ(options.bootstrap, "a:1,b:2");
  EXPECT_EQ(options.request_timeout, milliseconds(1'500));
}

TEST(ClientOptions, AnUnknownNameIsToldTheNearest) {
  ClientOptions options;
  const auto set = options.set("request.timeout", "1500");
  ASSERT_FALSE(set.has_value());
  EXPECT_TRUE(set.error().is(ClientErrc::invalid_argument));
  EXPECT_NE(set.error().message().find("'request.timeout.ms'"), std::string::npos);
}

TEST(ClientOptions, AValueThatCannotBeMeantChangesNothing) {
  for (const char* value : {"", "soon", "0", "-1", "1.5", "3000000000", "10 "}) {
    ClientOptions options;
    const auto set = options.set("request.timeout.ms", value);
    ASSERT_FALSE(set.has_value()) << value;
    EXPECT_TRUE(set.error().is(ClientErrc::invalid_argument));
    EXPECT_EQ(options.request_timeout, ClientOptions().request_timeout);
  }
}

TEST(ClientOptions, AFieldOutOfRangeIsNamedWithItsRange) {
  ClientOptions options;
  options.bootstrap = "127.0.0.1:1";
  options.api_timeout = milliseconds(0);
  const auto connected = Client::connect(options);
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().is(ClientErrc::invalid_argument));
  EXPECT_EQ(connected.error().message(), "api_timeout is 0; it must be from 1 to 2147483647");
}

}  // namespace
}  // namespace millrace::client
