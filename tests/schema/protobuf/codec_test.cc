#include "base/text.h"
#include "schema/protobuf/parsed.h"

namespace millrace::schema::protobuf {
namespace {

constexpr const char* kShop = R"(syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int32 id = 1;
  string buyer_name = 2;
  repeated Line lines = 3;
  map<string, int64> totals = 4;
  google.protobuf.Timestamp at = 5;
  Level level = 6;
  bytes raw = 7;
  message Line { string item = 1; }
  message Note { string text = 1; Order order = 2; }
}
message Other { int32 a = 1; }
enum Level { LOW = 0; HIGH = 1; }
)";

std::unique_ptr<const Codec> codec(const std::string& text, std::string_view message = "",
                                   std::vector<Dependency> dependencies = {}) {
  auto made = make_codec({.text = text, .dependencies = std::move(dependencies)}, message);
  EXPECT_TRUE(made) << made.error().message();
  return made ? *std::move(made) : nullptr;
}

std::string encoded(const std::string& text, std::string_view message, std::string_view json) {
  const auto bytes = codec(text, message)->encode(json);
  EXPECT_TRUE(bytes) << bytes.error().message();
  return bytes ? *bytes : "";
}

std::string decoded(const std::string& text, std::string_view bytes) {
  const auto json = codec(text)->decode(bytes);
  EXPECT_TRUE(json) << json.error().message();
  return json ? *json : "";
}

std::string encode_refusal(const std::string& text, std::string_view json) {
  const auto bytes = codec(text)->encode(json);
  EXPECT_FALSE(bytes);
  if (bytes) return "";
  EXPECT_TRUE(bytes.error().is(ErrorCode::invalid_request));
  return bytes.error().message();
}

std::string decode_refusal(const std::string& text, std::string_view bytes) {
  const auto json = codec(text)->decode(bytes);
  EXPECT_FALSE(json) << *json;
  if (json) return "";
  EXPECT_TRUE(json.error().is(ErrorCode::corrupt_message));
  return json.error().message();
}

TEST(ProtobufCodec, WritesASingleZeroForTheFirstMessage) {
  EXPECT_EQ(encoded(kShop, "", R"({"id": 5})"), std::string("\0\x08\x05", 3));
  EXPECT_EQ(encoded(kShop, "shop.Order", "{}"), std::string("\0", 1));
}

TEST(ProtobufCodec, WritesTheIndexesOfAnyOtherMessageAsZigZagVarints) {
  EXPECT_EQ(encoded(kShop, "shop.Other", R"({"a": 1})"), "\x02\x02\x08\x01");
  EXPECT_EQ(encoded(kShop, "shop.Order.Line", R"({"item": "x"})"),
            std::string("\x04\0\x02\x0a\x01x", 6));
  EXPECT_EQ(encoded(kShop, "shop.Order.Note", "{}"), std::string("\x04\0\x04", 3));
}

TEST(ProtobufCodec, CountsTheEntriesOfMapsAsProtocDoes) {
  const auto file = compiled(kShop);
  ASSERT_EQ(file.message_type(0).nested_type(0).name(), "TotalsEntry");
  ASSERT_EQ(file.message_type(0).nested_type(1).name(), "Line");
  EXPECT_EQ(encoded(base64_of(kShop), "shop.Order.Line", "{}"), std::string("\x04\0\x02", 3));
}

TEST(ProtobufCodec, ReadsWhatItWrote) {
  const std::string json =
      R"({"id":5,"buyerName":"Zoë","lines":[{"item":"a"},{}],"totals":{"x":"1","y":"-2"},)"
      R"("at":"2026-01-01T00:00:00Z","level":"HIGH","raw":"AP8="})";
  EXPECT_EQ(decoded(kShop, encoded(kShop, "", json)), json);
}

TEST(ProtobufCodec, ReadsTheMessageThatTheIndexesName) {
  EXPECT_EQ(decoded(kShop, encoded(kShop, "shop.Other", R"({"a":7})")), R"({"a":7})");
  EXPECT_EQ(decoded(kShop, encoded(kShop, "shop.Order.Note", R"({"order":{"id":1}})")),
            R"({"order":{"id":1}})");
  EXPECT_EQ(decoded(kShop, std::string("\x02\0\x08\x05", 4)), R"({"id":5})")
      << "the first message's index written out";
}

TEST(ProtobufCodec, TakesFieldNamesOfBothSpellings) {
  EXPECT_EQ(encoded(kShop, "", R"({"buyer_name": "x"})"),
            encoded(kShop, "", R"({"buyerName": "x"})"));
}

TEST(ProtobufCodec, GivesOneEncodingWhateverTheOrder) {
  EXPECT_EQ(encoded(kShop, "", R"({"totals": {"b": 2, "a": 1}, "id": 5})"),
            encoded(kShop, "", R"({"id": 5, "totals": {"a": 1, "b": 2}})"));
}

TEST(ProtobufCodec, UsesImportedTypes) {
  const std::string text = "syntax = \"proto3\"; import \"b.proto\"; message A { B b = 1; }";
  const auto made =
      codec(text, "", {{"b.proto", "syntax = \"proto3\"; message B { int32 x = 1; }"}});
  const auto bytes = made->encode(R"({"b":{"x":3}})");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*made->decode(*bytes), R"({"b":{"x":3}})");
}

TEST(ProtobufCodec, LooksThroughAFileThatOnlyImportsAnotherPublicly) {
  const auto made = codec("syntax = \"proto3\"; import public \"b.proto\";", "",
                          {{"b.proto", "syntax = \"proto3\"; message B { int32 x = 1; }"}});
  EXPECT_EQ(*made->encode(R"({"x":3})"), std::string("\0\x08\x03", 3));
}

TEST(ProtobufCodec, RefusesAMessageThatTheSchemaLacks) {
  for (const char* name : {"shop.Missing", "google.protobuf.Timestamp", "shop.Order.TotalsEntry"}) {
    const auto made = make_codec({.text = kShop}, name);
    ASSERT_FALSE(made) << name;
    EXPECT_TRUE(contains(made.error().message(), "its first one is \"shop.Order\""));
  }
  EXPECT_FALSE(make_codec({.text = "syntax = \"proto3\"; enum E { A = 0; }"}, ""));
  EXPECT_FALSE(make_codec({.text = "no schema"}, ""));
}

TEST(ProtobufCodec, SaysWhereJsonDoesNotFit) {
  EXPECT_TRUE(contains(encode_refusal(kShop, R"({"id": "many"})"), "id"));
  EXPECT_TRUE(contains(encode_refusal(kShop, R"({"idd": 1})"), "idd"));
  EXPECT_TRUE(contains(encode_refusal(kShop, R"({"id": 1)"), "line 1"));
  EXPECT_NE(encode_refusal(kShop, "[]"), "");
  EXPECT_NE(encode_refusal(kShop, "5"), "");
  EXPECT_TRUE(contains(encode_refusal("message A { required int32 must = 1; }", "{}"), "must"));
}

TEST(ProtobufCodec, RefusesIndexesThatLeadNowhere) {
  EXPECT_TRUE(contains(decode_refusal(kShop, ""), "end early"));
  EXPECT_TRUE(contains(decode_refusal(kShop, "\x04"), "end early"));
  EXPECT_TRUE(contains(decode_refusal(kShop, "\x02\x04"), "index 2"));
  EXPECT_TRUE(contains(decode_refusal(kShop, "\x02\x01"), "index -1"));
  EXPECT_TRUE(contains(decode_refusal(kShop, std::string("\x04\0\0", 3)), "index 0"))
      << "a map's entry";
  EXPECT_TRUE(
      contains(decode_refusal(kShop, "\xfe\xff\xff\xff\x0f"), "2147483647 message indexes"));
  EXPECT_TRUE(contains(decode_refusal(kShop, "\x01"), "-1 message indexes"));
  EXPECT_TRUE(contains(decode_refusal(kShop, "\xff\xff\xff\xff\xff\xff"), "end early"));
}

TEST(ProtobufCodec, RefusesBytesThatAreNoMessage) {
  EXPECT_NE(decode_refusal(kShop, std::string("\0\x12\xff\x01x", 5)), "");
  EXPECT_NE(decode_refusal(kShop, std::string("\0\x12\x01\xff", 4)), "") << "not UTF-8";
  EXPECT_NE(
      decode_refusal("message A { optional string s = 1; }", std::string("\0\x0a\x01\xff", 4)), "")
      << "not UTF-8, which proto2 does not mind";
  EXPECT_TRUE(contains(
      decode_refusal("message A { required int32 must = 1; }", std::string("\0", 1)), "must"));
}

TEST(ProtobufCodec, SurvivesEveryTruncationOfARecord) {
  const std::string bytes =
      encoded(kShop, "shop.Order.Note",
              R"({"text": "x", "order": {"lines": [{"item": "abc"}], "totals": {"k": 1}}})");
  const auto made = codec(kShop);
  for (size_t size = 0; size < bytes.size(); ++size) {
    if (const auto json = made->decode(bytes.substr(0, size)); !json) {
      EXPECT_TRUE(json.error().is(ErrorCode::corrupt_message));
    }
  }
}

TEST(ProtobufCodec, RefusesMessagesNestedBeyondProtobufsLimit) {
  const std::string text = "syntax = \"proto3\"; message A { A a = 1; int32 x = 2; }";
  std::string bytes;
  std::string json = "{}";
  for (int i = 0; i < 100'000; ++i) {
    // A length of at most two bytes will do: the nesting counts, not that it ends properly.
    if (bytes.size() < 16'000) {
      std::string head = "\x0a";
      if (bytes.size() > 127) head += static_cast<char>((bytes.size() & 127) | 128);
      head += static_cast<char>(bytes.size() > 127 ? bytes.size() >> 7 : bytes.size());
      bytes = head + bytes;
    }
    if (i < 5'000) json = R"({"a":)" + json + "}";
  }
  EXPECT_NE(decode_refusal(text, std::string("\0", 1) + bytes), "");
  EXPECT_NE(encode_refusal(text, json), "");
}

TEST(ProtobufCodec, RefusesAFewBytesThatWouldTakeGigabytes) {
  std::string text = "syntax = \"proto3\"; message A { repeated B b = 1; } message B {";
  for (int i = 1; i <= 5'000; ++i) text += cat("int32 f", i, " = ", i + 20'000, ";");
  std::string bytes(1, '\0');
  for (int i = 0; i < 200'000; ++i) bytes += std::string("\x0a\0", 2);
  EXPECT_TRUE(contains(decode_refusal(text + "}", bytes), "too much memory"));
}

TEST(ProtobufCodec, RefusesAFewBytesThatWouldBeLongAsJson) {
  const std::string name(1'000, 'n');
  const std::string text =
      "syntax = \"proto3\"; message A { repeated B b = 1; } message B { int32 " + name + " = 1; }";
  std::string bytes(1, '\0');
  for (int i = 0; i < 100'000; ++i) bytes += "\x0a\x02\x08\x01";
  EXPECT_TRUE(contains(decode_refusal(text, bytes), "too long as JSON"));
}

}  // namespace
}  // namespace millrace::schema::protobuf
