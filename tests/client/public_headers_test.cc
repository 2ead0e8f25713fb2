// Programs include the public headers without any other of ours, and find the standard library
// behind them alone.
#include <gtest/gtest.h>

#include <type_traits>

#include "millrace/millrace.h"
#include "millrace/testing.h"

namespace millrace {
namespace {

TEST(PublicHeaders, HandlesAreMovedAndNotCopied) {
  EXPECT_FALSE(std::is_copy_constructible_v<Producer>);
  EXPECT_FALSE(std::is_copy_constructible_v<Consumer>);
  EXPECT_FALSE(std::is_copy_constructible_v<Broker>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Producer>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Consumer>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<Broker>);
}

TEST(PublicHeaders, ClientErrorsHaveACategoryOfTheirOwn) {
  const Error error(make_error_code(ClientErrc::closed), "the client is closed");
  EXPECT_TRUE(error.is(ClientErrc::closed));
  EXPECT_FALSE(error.is(ErrorCode::unknown_server_error));
  EXPECT_EQ(error.to_string(), "the client is closed");
}

}  // namespace
}  // namespace millrace
