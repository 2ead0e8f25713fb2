#include "http/message.h"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

using Parts = std::vector<std::string>;

TEST(SplitPath, DecodesEachPart) {
  EXPECT_EQ(split_path("/"), Parts());
  EXPECT_EQ(split_path("/subjects/a%2Fb%20%c3%A9/versions"),
            (Parts{"subjects", "a/b é", "versions"}));
  EXPECT_EQ(split_path("/a//b"), (Parts{"a", "", "b"}));
  EXPECT_EQ(split_path("/a/"), (Parts{"a"}));
}

TEST(SplitPath, RefusesBrokenEscapesAndRelativePaths) {
  for (const char* broken : {"", "a", "/%", "/%2", "/%zz", "/a/%0g"}) {
    EXPECT_EQ(split_path(broken), std::nullopt) << broken;
  }
}

TEST(Request, HeadersIgnoreCaseAndTheLastParameterCounts) {
  const Request request{.method = "GET",
                        .path = "/",
                        .query = {{"a", "1"}, {"a", "2"}},
                        .headers = {{"Content-Type", "x"}},
                        .body = {}};
  EXPECT_EQ(request.header("content-TYPE"), "x");
  EXPECT_EQ(request.header("content"), std::nullopt);
  EXPECT_EQ(request.parameter("a"), "2");
  EXPECT_EQ(request.parameter("b"), std::nullopt);
}

}  // namespace
}  // namespace millrace::http
