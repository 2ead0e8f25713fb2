#include <gtest/gtest.h>

#include "json/text.h"

namespace millrace::json {
namespace {

std::string error_of(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? "" : parsed.error().message();
}

TEST(Json, WritesWhatItRead) {
  const std::string text =
      R"({"z":[1,-2,1.50,123456789012345678901234567890],"a":{"é":"\"\\\b\f\n\r\t\u0001/"},"t":true,"n":null,"e":{},"l":[]})";
  const auto parsed = parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(write(*parsed), text);
}

TEST(Json, PrettyHasALineForEachMember) {
  EXPECT_EQ(write_pretty(*parse(R"({"a":[1,{}],"b":[]})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(Json, LastOfTwoMembersWithOneNameCountsInTheFirstsPlace) {
  EXPECT_EQ(write(*parse(R"({"a":1,"b":2,"a":3})")), R"({"a":3,"b":2})");
}

TEST(Json, ErrorsTellLineAndColumn) {
  EXPECT_NE(error_of("{\"a\":\n  x}").find("line 2, column 3"), std::string::npos);
  EXPECT_NE(error_of("{} {}").find("expected end of input"), std::string::npos);
  EXPECT_NE(error_of("\"\xff\"").find("UTF-8"), std::string::npos);
  EXPECT_NE(error_of("1e400").find("number overflow"), std::string::npos);
  EXPECT_NE(error_of(""), "");
}

TEST(Json, ErrorsQuoteNoMoreThanTheFrontOfALongText) {
  const std::string text = "\"" + std::string(100'000, 'a');
  EXPECT_LT(parse(text).error().message().size(), 400u);
}

TEST(Json, ErrorsQuoteNothingThatIsNotUtf8) {
  EXPECT_EQ(error_of("\"\xff\"").find('\xff'), std::string::npos);
}

TEST(Json, ValuesAreLimited) {
  EXPECT_TRUE(parse(R"([1,{"a":2}])", 4));
  const auto refused = parse(R"([1,{"a":2}])", 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "more than 3 values");
  std::string large = "[";
  for (size_t i = 0; i < kValuesMax; ++i) large += "1,";
  EXPECT_EQ(error_of(large + "1]"), "more than 1000000 values");
}

TEST(Json, DepthIsLimited) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(nested(kDepthMax)), "");
  EXPECT_EQ(error_of(nested(kDepthMax + 1)), "nested deeper than 1000 levels");
  EXPECT_EQ(error_of(std::string(10'000'000, '[')), "nested deeper than 1000 levels");
}

TEST(Json, LargeObjectsFindReplaceAndEraseByName) {
  Object object;
  for (int i = 0; i < 100; ++i) object.set(std::to_string(i), i);
  object.set("50", "fifty");
  EXPECT_TRUE(object.erase("49"));
  EXPECT_FALSE(object.erase("49"));
  EXPECT_EQ(object.size(), 99u);
  EXPECT_EQ(object.text("50"), "fifty");
  EXPECT_EQ(object.find("49"), nullptr);
  EXPECT_EQ(object.find("99")->number()->to_int64(), 99);
}

TEST(Json, EqualityIgnoresTheOrderOfMembersAndTheFormOfNumbers) {
  EXPECT_EQ(*parse(R"({"a":1,"b":[1.0,2]})"), *parse(R"({"b":[1,20e-1],"a":1})"));
  EXPECT_NE(*parse("[1,2]"), *parse("[2,1]"));
  EXPECT_NE(*parse("9007199254740993"), *parse("9007199254740992"));
}

TEST(Json, ValuesAreBuiltFromPlainOnes) {
  EXPECT_EQ(
      write(Object{
          {"s", "x"}, {"i", 3}, {"d", 0.5}, {"b", true}, {"n", nullptr}, {"a", Array{1, "two"}}}),
      R"({"s":"x","i":3,"d":0.5,"b":true,"n":null,"a":[1,"two"]})");
}

}  // namespace
}  // namespace millrace::json
