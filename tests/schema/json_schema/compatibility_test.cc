// The rules of compatibility: documented verdicts from a file, and what they are named and where.
#include <algorithm>

#include "base/text.h"
#include "schema/compatibility_cases.h"
#include "schema/json_schema/comparison.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

using Lines = std::vector<std::string>;

std::string first_message(const std::string& writer, const std::string& reader) {
  const auto misfits = parsed(reader)->misfits(*parsed(writer));
  return misfits.empty() ? "" : misfits[0].message;
}

TEST(JsonSchemaCompatibility, VerdictsAreTheDocumentedOnes) {
  expect_documented_verdicts("json.json", parse, 190);
}

TEST(JsonSchemaCompatibility, NamesTheRuleAndThePlaceOfEachMisfit) {
  EXPECT_EQ(misfits(R"({"type": "object", "additionalProperties": false, "properties": {
                        "age": {"type": "number"}, "name": {"type": "string"}}})",
                    R"({"type": "object", "additionalProperties": false, "required": ["age"],
                        "properties": {"age": {"type": "integer", "minimum": 0}}})"),
            (Lines{"REQUIRED_ATTRIBUTE_ADDED #/required/age",
                   "MINIMUM_ADDED #/properties/age/minimum", "TYPE_NARROWED #/properties/age",
                   "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/name"}));
  EXPECT_EQ(misfits(R"({"type": "string"})", R"({"type": "number"})"), Lines{"TYPE_CHANGED #/"});
}

TEST(JsonSchemaCompatibility, NamesPlacesWithinArraysAndDependencies) {
  EXPECT_EQ(misfits(R"({"items": [{}, {"items": {"type": "string"}}]})",
                    R"({"items": [{}, {"items": {"type": "string", "maxLength": 1}}]})"),
            Lines{"MAX_LENGTH_ADDED #/items/1/items/maxLength"});
  EXPECT_EQ(misfits(R"({"dependencies": {"a": {"minProperties": 1}}})",
                    R"({"dependencies": {"a": {"minProperties": 2}, "b": ["c"]}})"),
            (Lines{"DEPENDENCY_ARRAY_ADDED #/dependencies/b",
                   "MIN_PROPERTIES_INCREASED #/dependencies/a/minProperties"}));
}

TEST(JsonSchemaCompatibility, SaysWhatDoesNotFitAndHowToMendIt) {
  EXPECT_EQ(
      first_message(R"({"type": "string", "maxLength": 10})",
                    R"({"type": "string", "maxLength": 5})"),
      "maxLength is 5, the writer's schema allows up to 10: raise it that far or leave it out.");
  EXPECT_EQ(first_message(R"({"enum": ["a", "b"]})", R"({"enum": ["a"]})"),
            "The writer's value \"b\" is not in this schema's enum: keep it there.");
}

TEST(JsonSchemaCompatibility, SaysWhyACombinedSchemaFindsNoPartner) {
  const std::string message = first_message(R"({"type": "string", "enum": ["a", "b"]})",
                                            R"({"type": "string", "enum": ["a"]})");
  EXPECT_NE(message.find("ENUM_ARRAY_NARROWED at its enum"), std::string::npos) << message;
}

TEST(JsonSchemaCompatibility, AReaderThatDemandsMoreMisfitsOnceForEachReason) {
  EXPECT_EQ(misfits(R"({"type": "number"})",
                    R"({"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2})")
                .size(),
            4u);
}

TEST(JsonSchemaCompatibility, TellsEachOfAFewMisfitsAmongMany) {
  std::string same;
  for (int i = 0; i < 300; ++i) same += cat("\"p", i, R"(":{"type":"string"},)");
  const std::string front = R"({"additionalProperties":false,"properties":{)" + same;
  EXPECT_EQ(misfits(front + R"("a":true,"b":true,"c":true}})", front + R"("a":true}})"),
            (Lines{"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/b",
                   "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/c"}));
}

TEST(JsonSchemaCompatibility, FindsAChangeBehindReferencesThatLeadInCircles) {
  const auto list = [](const std::string& value) {
    return R"({"$ref": "#/definitions/node", "definitions": {"node": {"type": "object",
        "additionalProperties": false, "properties": {"value": {"type": ")" +
           value +
           R"("}, "next": {"oneOf": [{"type": "null"}, {"$ref": "#/definitions/node"}]}}}}})";
  };
  EXPECT_TRUE(misfits(list("integer"), list("number")).empty());
  EXPECT_FALSE(misfits(list("number"), list("integer")).empty());
}

// Pairs in the circle a, c, a fit only as long as nobody has looked at a's id.
TEST(JsonSchemaCompatibility, WhatWasAssumedWithinACircleIsLookedAtAgain) {
  const auto schema = [](const std::string& a, const std::string& b) {
    const auto link = [](const std::string& id, const std::string& next) {
      return R"({"type": "object", "properties": {"next": {"oneOf": [{"$ref": "#/definitions/)" +
             next + R"("}]}, "id": {"type": ")" + id + R"("}}})";
    };
    return R"({"properties": {"root": {"oneOf": [{"$ref": "#/definitions/a"},
        {"$ref": "#/definitions/b"}]}}, "definitions": {"a": )" +
           link(a, "c") + R"(, "b": )" + link(b, "c") + R"(, "c": )" + link("integer", "a") + "}}";
  };
  EXPECT_FALSE(misfits(schema("integer", "boolean"), schema("boolean", "number")).empty());
}

TEST(JsonSchemaCompatibility, ManyKindsThatReferToEachOtherAreComparedOnce) {
  std::string definitions;
  std::string all;
  for (int i = 0; i < 12; ++i) all += cat(i ? "," : "", R"({"$ref":"#/definitions/t)", i, R"("})");
  for (int i = 0; i < 12; ++i) {
    definitions +=
        cat(i ? "," : "", "\"t", i, R"(":{"type":"object","properties":{"left":{"oneOf":[)", all,
            R"(]},"right":{"oneOf":[)", all, "]}}}");
  }
  const std::string text = cat(R"({"oneOf":[)", all, R"(],"definitions":{)", definitions, "}}");
  EXPECT_TRUE(misfits(text, text).empty());
}

std::string nested_pairs(int depth, const std::string& leaf) {
  std::string definitions = R"("d0":)" + leaf;
  for (int i = 1; i <= depth; ++i) {
    definitions += cat(",\"d", i, R"(":{"properties":{"l":{"$ref":"#/definitions/d)", i - 1,
                       R"("},"r":{"$ref":"#/definitions/d)", i - 1, "\"}}}");
  }
  return cat(R"({"$ref":"#/definitions/d)", depth, R"(","definitions":{)", definitions, "}}");
}

TEST(JsonSchemaCompatibility, ReferencesThatMultiplyGiveABoundedAnswer) {
  const auto lines =
      misfits(nested_pairs(60, R"({"type":"string"})"), nested_pairs(60, R"({"type":"number"})"));
  EXPECT_FALSE(lines.empty());
  EXPECT_LE(lines.size(), kMisfitsMax);
}

TEST(JsonSchemaCompatibility, GivesUpPastItsLimitAndSaysSo) {
  std::string variants = "true";
  for (int i = 0; i < 2'000; ++i) variants += cat(R"(,{"maxLength":)", i, "}");
  const auto lines =
      misfits(R"({"oneOf":[)" + variants + "]}", R"({"oneOf":[false,)" + variants + "]}");
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "COMPARISON_TOO_LARGE #/");
}

TEST(JsonSchemaCompatibility, ChainsOfReferencesMayBeLong) {
  const auto chain = [](const std::string& type) {
    std::string definitions = R"("d0":{"type":")" + type + "\"}";
    for (int i = 1; i <= 5'000; ++i) {
      definitions += cat(",\"d", i, R"(":{"items":{"$ref":"#/definitions/d)", i - 1, "\"}}");
    }
    return R"({"$ref":"#/definitions/d5000","definitions":{)" + definitions + "}}";
  };
  EXPECT_TRUE(misfits(chain("string"), chain("string")).empty());
  EXPECT_EQ(misfits(chain("string"), chain("number")), Lines{"COMPARISON_TOO_LARGE #/"});
}

TEST(JsonSchemaCompatibility, APatternThatRe2HasNotCoversNothing) {
  const std::string closed =
      R"x({"additionalProperties": false, "patternProperties": {"(?=a)": {"type": "string"}})x";
  const std::string with_ab = closed + R"(, "properties": {"ab": {"type": "string"}}})";
  EXPECT_TRUE(misfits(closed + "}", closed + "}").empty());
  EXPECT_EQ(misfits(with_ab, closed + "}"),
            Lines{"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/ab"});
}

}  // namespace
}  // namespace millrace::schema::json_schema
