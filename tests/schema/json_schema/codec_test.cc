#include "base/text.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

std::unique_ptr<const Codec> codec(const std::string& schema) {
  auto made = make_codec({.text = schema, .dependencies = {}});
  EXPECT_TRUE(made) << made.error().message();
  return made ? *std::move(made) : nullptr;
}

std::string encode_error(const std::string& schema, const std::string& json) {
  const auto bytes = codec(schema)->encode(json);
  EXPECT_FALSE(bytes) << schema << json;
  if (bytes) return "";
  EXPECT_EQ(bytes.error().kafka_code(), ErrorCode::invalid_request);
  return bytes.error().message();
}

TEST(JsonSchemaCodec, RecordsAreCompactJson) {
  const auto user = codec(R"({"type": "object", "properties": {"age": {"type": "number"}}})");
  const auto bytes = user->encode("{ \"age\" : 1.50,\n \"b\": [ ] }");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, R"({"age":1.50,"b":[]})");
  EXPECT_EQ(*user->decode(*bytes), *bytes);
}

TEST(JsonSchemaCodec, RefusesToWriteWhatDoesNotFit) {
  EXPECT_NE(encode_error(R"({"type": "object"})", "[]").find("(type)"), std::string::npos);
  EXPECT_NE(encode_error("true", "{").find("no JSON"), std::string::npos);
}

TEST(JsonSchemaCodec, BytesThatAreNoRecordAreCorrupt) {
  const auto user = codec(R"({"type": "object"})");
  for (const char* bytes : {"", "{", "[]", "{}{}", "\xff"}) {
    const auto json = user->decode(bytes);
    ASSERT_FALSE(json) << bytes;
    EXPECT_EQ(json.error().kafka_code(), ErrorCode::corrupt_message);
  }
}

TEST(JsonSchemaCodec, NeedsASchema) {
  EXPECT_FALSE(make_codec({.text = "[]", .dependencies = {}}));
  EXPECT_FALSE(make_codec({.text = R"({"$ref": "gone.json"})", .dependencies = {}}));
}

TEST(JsonSchemaCodec, ReferencesThatGoNowhereInTheValueEnd) {
  EXPECT_NE(encode_error(R"({"$ref": "#"})", "1").find("too much work"), std::string::npos);
  EXPECT_NE(encode_error(R"({"not": {"$ref": "#"}})", "1").find("too much work"),
            std::string::npos);
  EXPECT_NE(
      encode_error(R"({"anyOf": [{"allOf": [{"$ref": "#"}]}, true]})", "1").find("too much work"),
      std::string::npos);
}

TEST(JsonSchemaCodec, ReferencesThatMultiplyEnd) {
  std::string definitions = R"("d0":{"type":"number"})";
  for (int i = 1; i <= 60; ++i) {
    const std::string below = cat(R"({"$ref":"#/definitions/d)", i - 1, "\"}");
    definitions += cat(",\"d", i, R"(":{"allOf":[)", below, ",", below, "]}");
  }
  const std::string schema = R"({"$ref":"#/definitions/d60","definitions":{)" + definitions + "}}";
  EXPECT_NE(encode_error(schema, "1").find("too much work"), std::string::npos);
}

TEST(JsonSchemaCodec, DeepValuesOfRecursiveSchemasFitUpToTheLimit) {
  const auto list = codec(R"({"properties": {"next": {"$ref": "#"}}})");
  const auto nested = [](size_t depth) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += R"({"next":)";
    return text + "1" + std::string(depth, '}');
  };
  EXPECT_TRUE(list->encode(nested(400)));
  EXPECT_FALSE(list->encode(nested(900)));
}

TEST(JsonSchemaCodec, LargeRecordsAreNotTooMuchWork) {
  const auto rows = codec(R"({"type": "array", "uniqueItems": true, "items": {"type": "object",
      "properties": {"id": {"type": "integer", "minimum": 0}}, "additionalProperties": false}})");
  std::string json = "[";
  for (int i = 0; i < 20'000; ++i) json += cat(i ? "," : "", "{\"id\":", i, "}");
  json += "]";
  const auto bytes = rows->encode(json);
  ASSERT_TRUE(bytes) << bytes.error().message();
  EXPECT_EQ(*bytes, json);
}

}  // namespace
}  // namespace millrace::schema::json_schema
