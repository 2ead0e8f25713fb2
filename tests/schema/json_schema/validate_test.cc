// What fits a schema, keyword by keyword and draft by draft.
#include "base/text.h"
#include "json/text.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

constexpr const char* kDraft4 = "http://json-schema.org/draft-04/schema#";
constexpr const char* kDraft7 = "http://json-schema.org/draft-07/schema#";
constexpr const char* kDraft2019 = "https://json-schema.org/draft/2019-09/schema";
constexpr const char* kDraft2020 = "https://json-schema.org/draft/2020-12/schema";

std::string in(const char* draft, const std::string& members) {
  return cat(R"({"$schema": ")", draft, "\", ", members, "}");
}

/// Empty where the value fits.
std::string misfit(const std::string& schema, const std::string& value,
                   std::vector<Dependency> dependencies = {}) {
  const auto codec = make_codec({.text = schema, .dependencies = std::move(dependencies)});
  EXPECT_TRUE(codec) << schema << "\n" << codec.error().message();
  if (!codec) return "no schema";
  const auto bytes = (*codec)->encode(value);
  return bytes ? "" : bytes.error().message();
}

struct Values {
  std::vector<const char*> fit;
  std::vector<const char*> misfit;
};

void expect_values(const std::string& schema, const Values& values) {
  for (const char* value : values.fit) EXPECT_EQ(misfit(schema, value), "") << schema << value;
  for (const char* value : values.misfit) EXPECT_NE(misfit(schema, value), "") << schema << value;
}

TEST(JsonSchemaValidate, Types) {
  expect_values(R"({"type": "integer"})", {{"1", "-0", "1.0", "1e3"}, {"1.5", "\"1\"", "null"}});
  expect_values(R"({"type": ["string", "null"]})", {{"\"\"", "null"}, {"0", "{}", "[]", "true"}});
  expect_values(in(kDraft4, R"("type": "integer")"), {{"1"}, {"1.0", "1e3"}});
  expect_values("true", {{"1", "{}"}, {}});
  expect_values("false", {{}, {"1", "{}"}});
}

TEST(JsonSchemaValidate, EnumerationsAndConstantsCompareByValue) {
  expect_values(R"({"enum": ["a", 1, {"x": [1.0]}, null]})",
                {{"\"a\"", "1.0", R"({"x":[1]})", "null"}, {"\"b\"", "2", "{}", "false"}});
  expect_values(R"({"const": {"a": 1, "b": 2}})", {{R"({"b":2,"a":1})"}, {R"({"a":1})", "1"}});
}

TEST(JsonSchemaValidate, Numbers) {
  expect_values(R"({"minimum": 1, "maximum": 2.5})", {{"1", "2.5", "\"x\""}, {"0.99", "2.51"}});
  expect_values(R"({"exclusiveMinimum": 1, "exclusiveMaximum": 2})", {{"1.5"}, {"1", "2"}});
  expect_values(in(kDraft4, R"("minimum": 1, "exclusiveMinimum": true)"), {{"1.1"}, {"1"}});
  expect_values(R"({"multipleOf": 0.01})", {{"19.99", "0", "1e30"}, {"19.999"}});
  expect_values(R"({"maximum": 9007199254740992})", {{"9007199254740992"}, {"9007199254740993"}});
}

TEST(JsonSchemaValidate, Strings) {
  expect_values(R"({"minLength": 2, "maxLength": 3})",
                {{"\"ab\"", "\"\u00e9\u00e9\u00e9\"", "5"}, {"\"a\"", "\"abcd\""}});
  expect_values(R"({"pattern": "^[a-z]+$"})", {{"\"ab\"", "5"}, {"\"A\"", "\"\""}});
  expect_values(R"({"pattern": "(?=a)b"})", {{"\"anything\""}, {}});
  expect_values(R"({"format": "date", "contentEncoding": "base64"})", {{"\"no date\""}, {}});
}

TEST(JsonSchemaValidate, Arrays) {
  expect_values(R"({"items": {"type": "number"}, "minItems": 1, "maxItems": 2})",
                {{"[1]", "[1,2]", "{}"}, {"[]", "[1,2,3]", "[\"a\"]"}});
  expect_values(R"({"items": [{"type": "number"}, true], "additionalItems": {"type": "string"}})",
                {{"[]", "[1]", "[1,null,\"a\"]"}, {"[\"a\"]", "[1,2,3]"}});
  expect_values(R"({"additionalItems": false})", {{"[1,2]"}, {}});
  expect_values(R"({"uniqueItems": true})",
                {{"[1,2,\"1\",[1],true]"}, {"[1,1.0]", R"([{"a":1,"b":2},{"b":2,"a":1}])"}});
  expect_values(R"({"contains": {"const": 1}})", {{"[2,1]"}, {"[]", "[2]"}});
  expect_values(in(kDraft2020, R"("prefixItems": [{"type": "number"}], "items": false)"),
                {{"[]", "[1]"}, {"[1,2]", "[\"a\"]"}});
  expect_values(in(kDraft2019, R"("contains": {"const": 1}, "minContains": 2, "maxContains": 3)"),
                {{"[1,1]", "[1,1,1,2]"}, {"[1]", "[1,1,1,1]"}});
  expect_values(in(kDraft2020, R"("contains": {"const": 1}, "minContains": 0)"), {{"[]"}, {}});
}

TEST(JsonSchemaValidate, Objects) {
  expect_values(R"({"required": ["a"], "minProperties": 1, "maxProperties": 2})",
                {{R"({"a":1})", "[]"}, {"{}", R"({"b":1})", R"({"a":1,"b":1,"c":1})"}});
  expect_values(
      R"({"properties": {"a": {"type": "number"}}, "patternProperties": {"^n_": {"minimum": 1}},
                    "additionalProperties": {"type": "string"}})",
      {{R"({"a":1,"n_x":1,"b":"c"})"}, {R"({"a":"1"})", R"({"n_x":0})", R"({"b":1})"}});
  expect_values(R"({"properties": {"a": true}, "additionalProperties": false})",
                {{"{}", R"({"a":1})"}, {R"({"b":1})"}});
  expect_values(R"({"propertyNames": {"maxLength": 2}})", {{R"({"ab":1})"}, {R"({"abc":1})"}});
  expect_values(
      R"({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}})",
      {{"{}", R"({"b":1})", R"({"a":1,"b":1})", R"({"c":1,"d":1})"}, {R"({"a":1})", R"({"c":1})"}});
  expect_values(in(kDraft2019, R"("dependentRequired": {"a": ["b"]},
                                  "dependentSchemas": {"c": {"required": ["d"]}})"),
                {{R"({"a":1,"b":1})", R"({"c":1,"d":1})"}, {R"({"a":1})", R"({"c":1})"}});
}

TEST(JsonSchemaValidate, APatternThatRe2HasNotMayCoverAnyProperty) {
  expect_values(R"x({"patternProperties": {"(?=a)": false}, "additionalProperties": false})x",
                {{R"({"a":1,"b":1})"}, {}});
}

TEST(JsonSchemaValidate, CombinedSchemas) {
  expect_values(R"({"allOf": [{"minimum": 1}, {"maximum": 2}]})", {{"1", "2"}, {"0", "3"}});
  expect_values(R"({"anyOf": [{"type": "string"}, {"minimum": 1}]})", {{"\"a\"", "1"}, {"0"}});
  expect_values(R"({"oneOf": [{"minimum": 2}, {"maximum": 3}]})", {{"1", "4"}, {"2", "3"}});
  expect_values(R"({"not": {"type": "string"}})", {{"1"}, {"\"a\""}});
  expect_values(R"({"if": {"minimum": 5}, "then": {"multipleOf": 5}, "else": {"multipleOf": 2}})",
                {{"10", "4"}, {"6", "3"}});
  expect_values(in("http://json-schema.org/draft-06/schema", R"("if": true, "then": false)"),
                {{"1"}, {}});
}

TEST(JsonSchemaValidate, References) {
  expect_values(R"({"properties": {"next": {"$ref": "#"}, "value": {"type": "number"}}})",
                {{R"({"value":1,"next":{"value":2}})"}, {R"({"next":{"next":{"value":"a"}}})"}});
  EXPECT_EQ(
      misfit(R"({"$ref": "user.json#/definitions/id"})", "1",
             {{.name = "user.json", .text = R"({"definitions": {"id": {"type": "number"}}})"}}),
      "");
  expect_values(
      in(kDraft7, R"("$ref": "#/definitions/any", "maximum": 1, "definitions": {"any": true})"),
      {{"2"}, {}});
  expect_values(in(kDraft2019, R"("$ref": "#/$defs/any", "maximum": 1, "$defs": {"any": true})"),
                {{"1"}, {"2"}});
}

TEST(JsonSchemaValidate, UnevaluatedPropertiesAreThoseThatNoKeywordLookedAt) {
  expect_values(in(kDraft2020,
                   R"("allOf": [{"properties": {"a": true}}, {"patternProperties": {"^n_": true}}],
      "anyOf": [{"properties": {"b": {"type": "string"}}}, {"properties": {"c": {"type": "number"}}}],
      "if": {"required": ["d"]}, "then": {"properties": {"d": true}},
      "unevaluatedProperties": false)"),
                {{R"({"a":1,"n_x":1,"b":"x","c":1,"d":1})", R"({"b":"x"})"},
                 {R"({"b":1,"c":1})", R"({"e":1})"}});
  expect_values(
      in(kDraft2020, R"("properties": {"a": true}, "unevaluatedProperties": {"type": "string"})"),
      {{R"({"a":1,"b":"x"})"}, {R"({"b":1})"}});
  expect_values(in(kDraft2020, R"("oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}],
      "unevaluatedProperties": false)"),
                {{R"({"a":1})"}, {R"({"a":1,"b":1})"}});
  expect_values(
      in(kDraft2020, R"("not": {"properties": {"a": false}}, "unevaluatedProperties": false)"),
      {{}, {R"({"a":1})"}});
}

TEST(JsonSchemaValidate, UnevaluatedItemsAreThoseThatNoKeywordLookedAt) {
  expect_values(in(kDraft2020, R"("prefixItems": [true], "unevaluatedItems": false)"),
                {{"[1]"}, {"[1,2]"}});
  expect_values(
      in(kDraft2020, R"("contains": {"const": 1}, "unevaluatedItems": {"type": "string"})"),
      {{R"([1,"a",1])"}, {"[1,2]"}});
  expect_values(
      in(kDraft2019, R"("contains": {"const": 1}, "unevaluatedItems": {"type": "string"})"),
      {{}, {R"([1,"a"])"}});
}

TEST(JsonSchemaValidate, DynamicReferencesMeanTheOutermostAnchor) {
  const std::string tree = R"("$id": "http://example.com/tree", "$dynamicAnchor": "node",
      "type": "object", "properties": {"value": true,
      "children": {"type": "array", "items": {"$dynamicRef": "#node"}}})";
  const std::string strict = in(kDraft2020, R"("$id": "http://example.com/strict",
      "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": false, "$defs": {"t": {)" +
                                                tree + "}}");
  expect_values(in(kDraft2020, tree), {{R"({"children":[{"other":1}]})"}, {}});
  expect_values(strict, {{R"({"children":[{"value":1}]})"}, {R"({"children":[{"other":1}]})"}});
}

TEST(JsonSchemaValidate, RecursiveReferencesMeanTheOutermostAnchor) {
  const std::string tree = R"("$id": "http://example.com/tree", "$recursiveAnchor": true,
      "properties": {"value": true, "children": {"items": {"$recursiveRef": "#"}}})";
  const std::string strict = in(kDraft2019, R"("$id": "http://example.com/strict",
      "$recursiveAnchor": true, "$ref": "tree", "unevaluatedProperties": false, "$defs": {"t": {)" +
                                                tree + "}}");
  expect_values(strict, {{R"({"children":[{"value":1}]})"}, {R"({"children":[{"other":1}]})"}});
}

TEST(JsonSchemaValidate, TellsThePlaceAndTheKeyword) {
  EXPECT_EQ(
      misfit(R"({"properties": {"users": {"items": {"properties": {"age": {"minimum": 10}}}}}})",
             R"({"users": [{}, {"age": 7}]})"),
      "does not fit the schema: /users/1/age: 7 is less than 10 (minimum)");
  EXPECT_EQ(misfit(R"({"required": ["id"]})", "{}"),
            "does not fit the schema: the value: has no id (required)");
  EXPECT_EQ(misfit(R"({"additionalProperties": false})", R"({"x": 1})"),
            "does not fit the schema: /x: is no property of the schema (additionalProperties)");
  EXPECT_EQ(misfit(R"({"type": ["string", "null"]})", "1"),
            "does not fit the schema: the value: is number, not string or null (type)");
}

TEST(JsonSchemaValidate, TellsWhyTheAlternativeOfTheValuesTypeDoesNotFit) {
  const std::string optional_user = R"({"oneOf": [{"type": "null"}, {"$ref": "#/definitions/user"}],
      "definitions": {"user": {"type": "object", "required": ["id"]}}})";
  EXPECT_EQ(
      misfit(optional_user, "{}"),
      "does not fit the schema: the value: has no id (required); of 2 schemas none fits (oneOf)");
  EXPECT_EQ(misfit(optional_user, "1"),
            "does not fit the schema: the value: fits none of 2 schemas (oneOf)");
  EXPECT_EQ(misfit(R"({"oneOf": [true, {"minimum": 1}]})", "1"),
            "does not fit the schema: the value: fits 2 schemas, not one (oneOf)");
}

}  // namespace
}  // namespace millrace::schema::json_schema
