// Avro records between JSON and bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/text.h"
#include "json/text.h"
#include "project_files.h"
#include "schema/avro/avro.h"
#include "schema/avro/avro_texts.h"

namespace millrace::schema::avro {
namespace {

std::unique_ptr<const Codec> codec_of(const std::string& schema) {
  auto codec = make_codec({.text = schema, .dependencies = {}});
  EXPECT_TRUE(codec) << schema << "\n" << codec.error().message();
  return codec ? *std::move(codec) : nullptr;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string encoded(const std::string& schema, const std::string& json) {
  const auto bytes = codec_of(schema)->encode(json);
  EXPECT_TRUE(bytes) << schema << " " << json << "\n" << bytes.error().message();
  return bytes ? hex_of(*bytes) : "";
}

std::string decoded(const std::string& schema, std::string_view hex) {
  const auto json = codec_of(schema)->decode(bytes_of(hex));
  EXPECT_TRUE(json) << schema << " " << hex << "\n" << json.error().message();
  return json ? *json : "";
}

void expect_refused(const std::string& schema, const std::string& json, std::string_view message) {
  const auto bytes = codec_of(schema)->encode(json);
  ASSERT_FALSE(bytes) << schema << " took " << json;
  EXPECT_TRUE(bytes.error().is(ErrorCode::invalid_request));
  EXPECT_NE(bytes.error().message().find(message), std::string::npos) << bytes.error().message();
}

void expect_corrupt(const std::string& schema, std::string_view hex, std::string_view message) {
  const auto json = codec_of(schema)->decode(bytes_of(hex));
  ASSERT_FALSE(json) << schema << " took " << hex << " as " << *json;
  EXPECT_TRUE(json.error().is(ErrorCode::corrupt_message));
  EXPECT_NE(json.error().message().find(message), std::string::npos) << json.error().message();
}

json::Array golden_records() {
  std::ifstream file(project_file("tests/data/avro/records.json"), std::ios::binary);
  const auto document = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_TRUE(document && document->array() && document->array()->size() > 50);
  return document && document->array() ? *document->array() : json::Array{};
}

TEST(AvroCodec, BytesAndJsonAreThoseOfAvrosJavaLibrary) {
  for (const json::Value& value : golden_records()) {
    const json::Object& one = *value.object();
    const std::string schema = json::write(*one.find("schema"));
    const std::string text(*one.text("json"));
    EXPECT_EQ(encoded(schema, text), *one.text("hex")) << *one.text("name");
    const auto again = json::parse(decoded(schema, *one.text("hex")));
    ASSERT_TRUE(again) << *one.text("name");
    EXPECT_EQ(*again, *json::parse(text)) << *one.text("name");
  }
}

TEST(AvroCodec, EveryTruncationIsCorrupt) {
  for (const json::Value& value : golden_records()) {
    const json::Object& one = *value.object();
    const auto codec = codec_of(json::write(*one.find("schema")));
    const std::string bytes = bytes_of(*one.text("hex"));
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(codec->decode(std::string_view(bytes).substr(0, size))) << *one.text("name");
    }
    EXPECT_FALSE(codec->decode(bytes + '\0')) << *one.text("name");
  }
}

TEST(AvroEncode, NotANumberAndInfinitiesAreTexts) {
  EXPECT_EQ(encoded(R"("float")", R"("Infinity")"), "0000807f");
  EXPECT_EQ(encoded(R"("double")", R"("-Infinity")"), "000000000000f0ff");
  EXPECT_EQ(decoded(R"("double")", "000000000000f87f"), R"("NaN")");
  EXPECT_EQ(decoded(R"("float")", "000080ff"), R"("-Infinity")");
}

TEST(AvroEncode, AUnionsPlainValueIsTakenWhereOneBranchHasItsKind) {
  EXPECT_EQ(encoded(R"(["null","string"])", R"("x")"),
            encoded(R"(["null","string"])", R"({"string":"x"})"));
  EXPECT_EQ(encoded(R"(["string","double"])", "1"),
            encoded(R"(["string","double"])", R"({"double":1})"));
  expect_refused(R"(["int","long"])", "1",
                 "more than one branch of the union takes a number; write "
                 "{\"branch\": value} with one of \"int\", \"long\"");
  expect_refused(R"(["null","int"])", R"("x")", "no branch of the union takes a string");
  expect_refused(R"(["int","string"])", "null", "no branch of the union takes a null");
}

TEST(AvroEncode, AMemberNamedLikeABranchMeansTheBranch) {
  const std::string schema = R"(["string",{"type":"map","values":"string"}])";
  EXPECT_EQ(encoded(schema, R"({"string":"x"})"), "000278");
  EXPECT_EQ(encoded(schema, R"({"map":{"string":"x"}})"), "02020c737472696e67027800");
  EXPECT_EQ(encoded(schema, R"({"other":"x"})"), "02020a6f74686572027800");
}

TEST(AvroEncode, MissingFieldsTakeTheirDefaults) {
  const std::string schema = record_of(
      R"({"name":"a","type":"int"},{"name":"b","type":"int","default":-1},
         {"name":"c","type":["null","string"],"default":null},
         {"name":"d","type":["null","string"],"default":"x"},
         {"name":"e","type":{"type":"record","name":"I","fields":[
           {"name":"u","type":"bytes"},{"name":"v","type":"double","default":1}]},
          "default":{"u":"\u00ff"}})");
  EXPECT_EQ(encoded(schema, R"({"a":1})"),
            "02"
            "01"
            "00"
            "020278"
            "02ff"
            "000000000000f03f");
  expect_refused(schema, "{}", "at /a: the field is missing and has no default");
}

TEST(AvroEncode, AMisspeltFieldIsNotTakenForAMissingOne) {
  expect_refused(field_of(R"("int","default":0)"), R"({"g":1})",
                 "at /: the record \"R\" has no field \"g\"");
}

TEST(AvroEncode, SaysWhatDoesNotFitAndWhere) {
  expect_refused(R"("int")", "2147483648",
                 "is no int, a whole number from -2147483648 to 2147483647");
  expect_refused(R"("int")", "1.5", "is no int");
  expect_refused(R"("long")", "9223372036854775808", "is no long");
  expect_refused(R"("float")", "1e39", "too large for a float");
  expect_refused(R"("double")", R"("1.5")", "the schema has double where the JSON has a string");
  expect_refused(R"("string")", "1", "the schema has string where the JSON has a number");
  expect_refused(R"("bytes")", "\"\u0100\"", "characters U+0000 to U+00FF");
  expect_refused(R"({"type":"fixed","name":"F","size":2})", R"("abc")", "has 2 bytes, not 3");
  expect_refused(R"({"type":"enum","name":"E","symbols":["A"]})", R"("B")", "is no symbol");
  expect_refused(field_of(R"({"type":"array","items":{"type":"map","values":"int"}})"),
                 R"({"f":[{},{"k":true}]})", "at /f/1/k: the schema has int");
  expect_refused(R"("int")", "{", "parse error");
}

/// Records R0 to Rn, each with two fields of the one before, whose default leaves everything out.
std::string doubling_defaults(int n) {
  std::string text = R"([{"type":"record","name":"R0","fields":[]})";
  for (int i = 1; i <= n; ++i) {
    const std::string inner = R"("type":"R)" + std::to_string(i - 1) + R"(","default":{})";
    text += R"(,{"type":"record","name":"R)" + std::to_string(i) + R"(","fields":[{"name":"a",)" +
            inner + R"(},{"name":"b",)" + inner + "}]}";
  }
  return text + "]";
}

TEST(AvroEncode, DefaultsThatExpandWithoutEndAreRefused) {
  expect_refused(doubling_defaults(60), R"({"R60":{}})", "too large");
  expect_refused(doubling_defaults(3'000), R"({"R3000":{}})", "nested more than");
}

TEST(AvroDecode, SaysWhatIsCorruptAndWhere) {
  expect_corrupt(R"("boolean")", "02", "a boolean is 0 or 1");
  expect_corrupt(R"("int")", "ffffffff7f", "break within a value of type int");
  expect_corrupt(R"("long")", "ffffffffffffffffffff01", "break within a value of type long");
  expect_corrupt(R"("string")", "02ff", "not UTF-8");
  expect_corrupt(R"("string")", "04c080", "not UTF-8");
  expect_corrupt(R"("string")", "06eda080", "not UTF-8");
  expect_corrupt(R"("bytes")", "01", "break within");
  expect_corrupt(R"("bytes")", "feffffffffffffffff01", "break within");
  expect_corrupt(R"({"type":"enum","name":"E","symbols":["A"]})", "02",
                 "there is no symbol 1, only 1");
  expect_corrupt(R"({"type":"enum","name":"E","symbols":["A"]})", "01", "there is no symbol -1");
  expect_corrupt(R"(["null","int"])", "04", "there is no branch 2, only 2");
  expect_corrupt("[]", "00", "there is no branch 0, only 0");
  expect_corrupt(field_of(R"({"type":"array","items":"boolean"})"), "04010300",
                 "at /f/1: a boolean");
  expect_corrupt(R"("null")", "00", "1 bytes are left over");
}

TEST(AvroDecode, BlocksMayComeWithTheirSize) {
  const std::string schema = R"({"type":"array","items":"int"})";
  EXPECT_EQ(decoded(schema, "0304020404060800"), "[1,2,3,4]");
  expect_corrupt(schema, "03ff7f020400", "a block is longer");
}

TEST(AvroDecode, CountsOfItemsWithoutBytesAreBounded) {
  const std::string nulls = R"({"type":"array","items":"null"})";
  const std::string empty = R"({"type":"array","items":{"type":"record","name":"E","fields":[]}})";
  for (const std::string& schema : {nulls, empty}) {
    expect_corrupt(schema, "feffffffffffffffff0100", "far more than they are");
    expect_corrupt(schema, "ffffffffffffffffff010000", "far more than they are");
  }
  EXPECT_EQ(decoded(nulls, "0600"), "[null,null,null]");
}

TEST(AvroDecode, RecordsThatDoubleWithoutBytesAreBounded) {
  expect_corrupt(doubling_defaults(60), "78", "far more than they are");
}

TEST(AvroDecode, LongNamesDoNotMakeMuchOfFewBytes) {
  const std::string name(900, 'n');
  const std::string schema = R"({"type":"array","items":{"type":"record","name":"E","fields":[
      {"name":")" + name + R"(","type":"null"}]}})";
  expect_corrupt(schema, "d00f00", "far more than they are");
}

TEST(AvroDecode, NestingIsBounded) {
  const std::string schema =
      R"({"type":"record","name":"L","fields":[{"name":"n","type":["null","L"]}]})";
  std::string hex;
  for (int i = 0; i < 300; ++i) hex += "02";
  EXPECT_TRUE(json::parse(decoded(schema, hex + "00")));
  for (int i = 0; i < 10'000; ++i) hex += "02";
  expect_corrupt(schema, hex + "00", "nested more than");
}

}  // namespace
}  // namespace millrace::schema::avro
