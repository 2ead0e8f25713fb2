#include "schema/json_schema/json_schema.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

std::string in_draft(const std::string& draft, const std::string& members) {
  return R"({"$schema": "http://json-schema.org/)" + draft + R"(/schema#", )" + members + "}";
}

TEST(JsonSchemaParse, TakesObjectsAndBooleans) {
  EXPECT_EQ(parsed(R"({"type": "object"})")->format(), Format::json);
  EXPECT_NE(parsed("true"), nullptr);
  EXPECT_NE(parsed("false"), nullptr);
  EXPECT_NE(parsed("{}"), nullptr);
}

TEST(JsonSchemaParse, RefusesWhatIsNoSchema) {
  for (const char* text : {"", "{", "[]", "\"string\"", "5", "null", "{} {}"}) parse_error(text);
  EXPECT_EQ(parse_error("[]"), "#: a schema is an object or a boolean, not array.");
}

TEST(JsonSchemaParse, ErrorsNameThePlaceAndWhatIsWanted) {
  EXPECT_EQ(parse_error(R"({"properties": {"age": {"type": "int"}}})"),
            "#/properties/age/type: there is no type \"int\".");
  EXPECT_EQ(parse_error(R"({"anyOf": [true, {"minLength": -1}]})"),
            "#/anyOf/1/minLength: must be a whole number that is not negative.");
}

TEST(JsonSchemaParse, ChecksTheTypeOfEveryKeyword) {
  for (const char* members : {R"("type": 5)",
                              R"("type": [])",
                              R"("type": ["string", 1])",
                              R"("enum": "a")",
                              R"("title": 1)",
                              R"("description": [])",
                              R"("allOf": [])",
                              R"("anyOf": {})",
                              R"("oneOf": [1])",
                              R"("not": [])",
                              R"("if": 1)",
                              R"("then": "x")",
                              R"("else": null)",
                              R"("multipleOf": 0)",
                              R"("multipleOf": -2)",
                              R"("multipleOf": "2")",
                              R"("minimum": "1")",
                              R"("maximum": true)",
                              R"("exclusiveMinimum": true)",
                              R"("exclusiveMaximum": "1")",
                              R"("minLength": 1.5)",
                              R"("maxLength": "1")",
                              R"("pattern": 1)",
                              R"("format": 1)",
                              R"("minItems": -1)",
                              R"("maxItems": {})",
                              R"("uniqueItems": 1)",
                              R"("items": "x")",
                              R"("items": [1])",
                              R"("additionalItems": 1)",
                              R"("contains": [])",
                              R"("minProperties": 0.5)",
                              R"("maxProperties": "1")",
                              R"("required": true)",
                              R"("required": [1])",
                              R"("properties": [])",
                              R"("properties": {"a": 1})",
                              R"("patternProperties": {"a": 1})",
                              R"("additionalProperties": "no")",
                              R"("propertyNames": 1)",
                              R"("dependencies": {"a": 1})",
                              R"("dependencies": {"a": [1]})",
                              R"("definitions": {"a": 1})",
                              R"("$defs": [])",
                              R"("$ref": 1)",
                              R"("$id": 1)"}) {
    EXPECT_NE(parse_error(in_draft("draft-07", members)), "") << members;
  }
}

TEST(JsonSchemaParse, ChecksTheKeywordsOfLaterDrafts) {
  for (const char* members :
       {R"("prefixItems": {})", R"("minContains": -1)", R"("maxContains": "1")",
        R"("unevaluatedItems": 1)", R"("unevaluatedProperties": [])",
        R"("dependentRequired": {"a": true})", R"("dependentSchemas": {"a": []})",
        R"("$anchor": 1)", R"("$dynamicAnchor": 1)", R"("$dynamicRef": 1)", R"("items": [{}])"}) {
    EXPECT_NE(parse_error(in_draft("draft/2020-12", members)), "") << members;
    EXPECT_NE(parsed(in_draft("draft-04", members)), nullptr) << members;
  }
}

TEST(JsonSchemaParse, ExclusiveLimitsAreFlagsInDraftFourAndNumbersSince) {
  EXPECT_NE(parsed(in_draft("draft-04", R"("minimum": 1, "exclusiveMinimum": true)")), nullptr);
  EXPECT_NE(parse_error(in_draft("draft-04", R"("exclusiveMinimum": 1)")), "");
  EXPECT_NE(parsed(in_draft("draft-06", R"("exclusiveMinimum": 1)")), nullptr);
  EXPECT_NE(parse_error(in_draft("draft-06", R"("exclusiveMinimum": true)")), "");
}

TEST(JsonSchemaParse, ReadsAsDraftSevenWhereNoKnownDraftIsNamed) {
  EXPECT_NE(parse_error(R"({"if": 1})"), "");
  EXPECT_NE(parse_error(R"({"$schema": "http://example.com/mine", "if": 1})"), "");
  EXPECT_NE(parsed(R"({"prefixItems": 1, "unevaluatedItems": 1})"), nullptr);
}

TEST(JsonSchemaParse, KeepsUnknownKeywordsAndPatternsThatRe2HasNot) {
  const std::string text =
      R"({"x-owner":[1,{"type":"nonsense"}],"pattern":"(?=a)b","$comment":""})";
  EXPECT_EQ(parsed(text)->canonical(), text);
}

TEST(JsonSchemaParse, CountsThatNoNumberHoldsAreLargeCounts) {
  EXPECT_NE(parsed(R"({"maxLength": 99999999999999999999999})"), nullptr);
  EXPECT_NE(parsed(R"({"maxLength": 1e300, "minLength": 2.0})"), nullptr);
}

TEST(JsonSchemaParse, NestingIsBounded) {
  const auto nested = [](size_t depth) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += R"({"items":)";
    return text + "{}" + std::string(depth, '}');
  };
  EXPECT_NE(parsed(nested(900)), nullptr);
  EXPECT_NE(parse_error(nested(10'000)), "");
}

TEST(JsonSchemaParse, SchemasAreCounted) {
  std::string text = R"({"allOf":[{})";
  for (int i = 0; i < 200'000; ++i) text += ",{}";
  EXPECT_NE(parse_error(text + "]}").find("more than 200000 schemas"), std::string::npos);
}

TEST(JsonSchemaParse, IdsAreBoundedWithWhatTheyAreRelativeTo) {
  const std::string half(3'000, 'a');
  EXPECT_NE(parsed(R"({"$id": "http://example.com/)" + half + R"("})"), nullptr);
  EXPECT_NE(
      parse_error(R"({"$id": "http://example.com/)" + half + half + R"("})").find("id is longer"),
      std::string::npos);
  EXPECT_NE(parse_error(R"({"$id": "http://example.com/)" + half + R"(/", "not": {"$id": ")" +
                        half + R"("}})")
                .find("id is longer"),
            std::string::npos);
}

TEST(JsonSchemaParse, PatternsTogetherAreBounded) {
  std::string text = R"({"patternProperties":{"a":{})";
  for (int i = 0; i < 10'000; ++i) text += ",\"[a-z]{900}" + std::to_string(i) + "\":{}";
  EXPECT_NE(parse_error(text + "}}").find("patterns together are too large"), std::string::npos);
}

}  // namespace
}  // namespace millrace::schema::json_schema
