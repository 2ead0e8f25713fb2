#include "schema/json_schema/canonical.h"

#include "json/text.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

std::string key(const std::string& text) { return value_key(*json::parse(text)); }

TEST(JsonSchemaCanonical, DropsWhiteSpaceAndKeepsTheOrder) {
  EXPECT_EQ(parsed("{ \"type\" : \"object\",\n \"b\": 1, \"a\": [ ] }")->canonical(),
            R"({"type":"object","b":1,"a":[]})");
  EXPECT_EQ(parsed(" true ")->canonical(), "true");
}

TEST(JsonSchemaCanonical, WritesNumbersAsJavaDoes) {
  const std::string text =
      R"({"maximum":1e2,"x":[1.0,-0,1.50e1,0.0000001,0.000001,12e-3,-2.5E10,0.00,0e5,123456789012345678901]})";
  EXPECT_EQ(
      parsed(text)->canonical(),
      R"({"maximum":1E+2,"x":[1.0,0,15.0,1E-7,0.000001,0.012,-2.5E+10,0.00,0E+5,123456789012345678901]})");
}

TEST(JsonSchemaCanonical, WritesStringsAsJacksonDoes) {
  EXPECT_EQ(parsed(R"({"title":"a\/\u0041\u00e9\u001f\n\"\\"})")->canonical(),
            "{\"title\":\"a/A\u00e9\\u001F\\n\\\"\\\\\"}");
}

TEST(JsonSchemaNormalized, SortsMembersAtEveryDepthButNoArrays) {
  EXPECT_EQ(
      parsed(R"({"type":"object","properties":{"b":{"type":"string","enum":["z","a"]},"a":{}}})")
          ->normalized(),
      R"({"properties":{"a":{},"b":{"enum":["z","a"],"type":"string"}},"type":"object"})");
}

TEST(JsonSchemaNormalized, SortsAsJavaComparesStrings) {
  // By UTF-16 units: U+10000 is D800 DC00 there, before U+E000.
  EXPECT_EQ(parsed("{\"\U0000E000\":1,\"\U00010000\":2,\"\u00e9\":3,\"B\":4,\"a\":5,\"\uFFFD\":6}")
                ->normalized(),
            "{\"B\":4,\"a\":5,\"\u00e9\":3,\"\U00010000\":2,\"\U0000E000\":1,\"\uFFFD\":6}");
}

TEST(JsonValueKey, IsEqualForEqualValues) {
  EXPECT_EQ(key(R"({"a":1,"b":[1.50,true]})"), key(R"({"b":[15e-1,true],"a":1.0})"));
  EXPECT_EQ(key("0"), key("-0.0e9"));
}

TEST(JsonValueKey, DiffersForOthers) {
  EXPECT_NE(key("[1,2]"), key("[2,1]"));
  EXPECT_NE(key("1"), key("\"1\""));
  EXPECT_NE(key("9007199254740993"), key("9007199254740992"));
  EXPECT_NE(key("null"), key("false"));
}

}  // namespace
}  // namespace millrace::schema::json_schema
