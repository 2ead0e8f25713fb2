#include "client/api_ranges.h"

#include <gtest/gtest.h>

#include "client/error.h"
#include "wire/messages/metadata.h"

namespace millrace::client {
namespace {

ApiRanges serving(int16_t api_key, int16_t min, int16_t max) {
  wire::ApiVersionsResponse response;
  response.api_keys.push_back({.api_key = api_key, .min_version = min, .max_version = max});
  return ApiRanges(response);
}

TEST(ApiRanges, ChoosesTheHighestVersionOfBothSides) {
  EXPECT_EQ(*serving(3, 0, 7).choose(3, {.min = 0, .max = 12}), 7);
  EXPECT_EQ(*serving(3, 0, 99).choose(3, {.min = 0, .max = 12}), 12);
}

TEST(ApiRanges, ABrokerThatIsTooNewOrTooOldSharesNoVersion) {
  for (const auto& ranges : {serving(3, 13, 20), serving(3, 0, 1)}) {
    const auto chosen = ranges.choose(3, {.min = 2, .max = 12});
    ASSERT_FALSE(chosen);
    EXPECT_TRUE(chosen.error().is(ClientErrc::unsupported));
  }
}

TEST(ApiRanges, ARequestThatTheBrokerDoesNotServeIsUnsupported) {
  EXPECT_TRUE(
      serving(1, 0, 9).version_of<wire::MetadataRequest>().error().is(ClientErrc::unsupported));
}

}  // namespace
}  // namespace millrace::client
