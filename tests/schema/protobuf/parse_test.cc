#include "base/text.h"
#include "schema/protobuf/limits.h"
#include "schema/protobuf/parsed.h"

namespace millrace::schema::protobuf {
namespace {

constexpr const char* kUser = R"(syntax = "proto3";
package shop;
// who buys
message User {
  string name = 1;
  map<string, Address> homes = 2;
  optional int32 age = 3;
  oneof contact { string mail = 4; string phone = 5; }
}
message Address { string city = 1; }
)";

TEST(ProtobufParse, TakesTextAndBase64OfADescriptorAsTheSameSchema) {
  EXPECT_EQ(canonical(base64_of(kUser)), canonical(kUser));
  EXPECT_EQ(normalized(base64_of(kUser)), normalized(kUser));
}

TEST(ProtobufParse, TakesProto2WithAndWithoutSyntaxLine) {
  const std::string body = "message A {\n  required int32 a = 1;\n}\n";
  EXPECT_EQ(canonical(body), canonical("syntax = \"proto2\";\n" + body));
  EXPECT_EQ(canonical(base64_of(body)), canonical(body));
}

TEST(ProtobufParse, IsOfTheProtobufFormat) { EXPECT_EQ(parsed(kUser)->format(), Format::protobuf); }

TEST(ProtobufParse, TellsLineAndColumnOfBrokenSyntax) {
  EXPECT_TRUE(begins_with(refusal("syntax = \"proto3\";\nmessage A {\n  int32 = 1;\n}"),
                          "line 3, column 9: "));
}

TEST(ProtobufParse, TellsLineAndColumnOfAnUnknownType) {
  EXPECT_EQ(refusal("syntax = \"proto3\";\nmessage A {\n  Missing m = 1;\n}"),
            "line 3, column 3: A.m: \"Missing\" is not defined.");
}

TEST(ProtobufParse, CountsColumnsOfTheFirstLineAsWrittenWithoutASyntaxLine) {
  EXPECT_EQ(refusal("message A { optional Missing m = 1; }"),
            "line 1, column 22: A.m: \"Missing\" is not defined.");
  EXPECT_TRUE(begins_with(refusal("message A { nonsense }"), "line 1, column 13: "));
}

TEST(ProtobufParse, NamesTheElementWhereADescriptorHasNoLines) {
  google::protobuf::FileDescriptorProto file = compiled(kUser);
  file.mutable_message_type(0)->mutable_field(1)->set_type_name(".shop.Missing");
  EXPECT_TRUE(contains(refusal(base64(file.SerializeAsString())), "shop.User.homes"));
}

TEST(ProtobufParse, RefusesEditionsByName) {
  EXPECT_TRUE(begins_with(refusal("// new\nedition = \"2023\";\nmessage A {}"),
                          "line 2, column 1: editions are not supported"));
  google::protobuf::FileDescriptorProto file = compiled(kUser);
  file.set_syntax("editions");
  EXPECT_TRUE(begins_with(refusal(base64(file.SerializeAsString())), "editions are not supported"));
  EXPECT_TRUE(contains(refusal("syntax = \"proto4\"; message A {}"), "proto4"));
}

TEST(ProtobufParse, RefusesWhatIsNoFile) {
  EXPECT_EQ(refusal(""), "the schema is empty");
  EXPECT_EQ(refusal(" \n"), "the schema is empty");
  EXPECT_TRUE(contains(refusal("AAAA"), "neither a .proto file nor base64"));
  EXPECT_NE(refusal("{\"type\": \"string\"}"), "");
  EXPECT_EQ(refusal("syntax = \"proto3\"; message A {} // \xff"), "the text is not UTF-8");
}

TEST(ProtobufParse, ImportsByTheNameOfAReference) {
  const std::string address = "syntax = \"proto3\"; package geo; message Address {}";
  const std::string user =
      "syntax = \"proto3\"; import \"geo/address.proto\"; message User { geo.Address at = 1; }";
  const std::string text = canonical(user, {{"geo/address.proto", address}});
  EXPECT_TRUE(contains(text, "  geo.Address at = 1;\n"));
  EXPECT_EQ(canonical(user, {{"geo/address.proto", base64_of(address)}}), text);
}

TEST(ProtobufParse, ImportsThroughPublicImports) {
  const std::vector<Dependency> dependencies = {
      {"inner.proto", "syntax = \"proto3\"; message Inner {}"},
      {"outer.proto", "syntax = \"proto3\"; import public \"inner.proto\";"}};
  EXPECT_NE(canonical("syntax = \"proto3\"; import \"outer.proto\"; message A { Inner i = 1; }",
                      dependencies),
            "");
}

TEST(ProtobufParse, TakesDependenciesInAnyOrder) {
  const std::vector<Dependency> dependencies = {
      {"b.proto", "syntax = \"proto3\"; import \"a.proto\"; message B { A a = 1; }"},
      {"a.proto", "syntax = \"proto3\"; message A {}"}};
  EXPECT_EQ(
      refusal("syntax = \"proto3\"; import \"b.proto\"; message C { B b = 1; }", dependencies), "");
}

TEST(ProtobufParse, SaysWhichReferenceIsMissingAndWhere) {
  EXPECT_TRUE(begins_with(refusal("syntax = \"proto3\";\nimport \"gone.proto\";\nmessage A {}"),
                          "line 2, column 1: in \"gone.proto\""));
}

TEST(ProtobufParse, SaysInWhichImportAnErrorIs) {
  EXPECT_EQ(refusal("syntax = \"proto3\";\nimport \"bad.proto\";\nmessage A {}",
                    {{"bad.proto", "syntax = \"proto3\";\n message B { C c = 1; }"}}),
            "line 2, column 1: in \"bad.proto\": line 2, column 14: B.c: \"C\" is not defined.");
}

TEST(ProtobufParse, RefusesImportsInACircle) {
  EXPECT_TRUE(
      contains(refusal("syntax = \"proto3\"; import \"a.proto\"; message R {}",
                       {{"a.proto", "syntax = \"proto3\"; import \"b.proto\"; message A {}"},
                        {"b.proto", "syntax = \"proto3\"; import \"a.proto\"; message B {}"}}),
               "\"a.proto\" imports itself"));
}

TEST(ProtobufParse, RefusesATypeThatTwoFilesDeclare) {
  EXPECT_TRUE(begins_with(refusal("syntax = \"proto3\";\nimport \"a.proto\";\nmessage A {}",
                                  {{"a.proto", "syntax = \"proto3\"; message A {}"}}),
                          "line 3, column 9: A: \"A\" is already defined"));
}

TEST(ProtobufParse, BringsAlongWhatNeedsNoReference) {
  for (const char* import : {"confluent/meta.proto",
                             "confluent/type/decimal.proto",
                             "confluent/type/variant.proto",
                             "google/type/calendar_period.proto",
                             "google/type/color.proto",
                             "google/type/date.proto",
                             "google/type/datetime.proto",
                             "google/type/dayofweek.proto",
                             "google/type/decimal.proto",
                             "google/type/expr.proto",
                             "google/type/fraction.proto",
                             "google/type/interval.proto",
                             "google/type/latlng.proto",
                             "google/type/money.proto",
                             "google/type/month.proto",
                             "google/type/phone_number.proto",
                             "google/type/postal_address.proto",
                             "google/type/quaternion.proto",
                             "google/type/timeofday.proto",
                             "google/protobuf/any.proto",
                             "google/protobuf/api.proto",
                             "google/protobuf/descriptor.proto",
                             "google/protobuf/duration.proto",
                             "google/protobuf/empty.proto",
                             "google/protobuf/field_mask.proto",
                             "google/protobuf/source_context.proto",
                             "google/protobuf/struct.proto",
                             "google/protobuf/timestamp.proto",
                             "google/protobuf/type.proto",
                             "google/protobuf/wrappers.proto"}) {
    EXPECT_EQ(refusal(cat("syntax = \"proto3\"; import \"", import, "\"; message A {}")), "");
  }
}

TEST(ProtobufParse, PrefersAReferenceToABuiltInFile) {
  EXPECT_EQ(
      refusal("syntax = \"proto3\"; import \"google/type/date.proto\"; message A { Mine m = 1; }",
              {{"google/type/date.proto", "syntax = \"proto3\"; message Mine {}"}}),
      "");
}

/// `depth` times `open`, then `inside`, then as many times `close`.
std::string nested(size_t depth, const std::string& open, const std::string& inside,
                   const std::string& close) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open;
  text += inside;
  for (size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(ProtobufParse, RefusesTenThousandNestedMessages) {
  EXPECT_TRUE(contains(refusal("syntax = \"proto3\"; " + nested(10'000, "message A {", "", "}")),
                       "nested deeper"));
}

TEST(ProtobufParse, RefusesTenThousandNestedBracketsOfAnyKind) {
  const std::string head = "syntax = \"proto3\"; import \"confluent/meta.proto\"; ";
  EXPECT_TRUE(contains(refusal(head + "option (confluent.file_meta) = " +
                               nested(10'000, "{ rules: ", "", "}") + ";"),
                       "nested deeper"));
  EXPECT_TRUE(contains(refusal(head + nested(10'000, "{>", "", "")), "nested deeper"));
  EXPECT_TRUE(contains(refusal(head + "option x = " + nested(10'000, "[", "", "]") + ";"),
                       "nested deeper"));
}

TEST(ProtobufParse, RefusesADescriptorWithManyNestedMessages) {
  for (const int depth : {40, 10'000}) {
    google::protobuf::FileDescriptorProto file;
    google::protobuf::DescriptorProto message;
    message.set_name("A");
    std::string bytes = message.SerializeAsString();
    for (int i = 0; i < depth; ++i) {
      google::protobuf::DescriptorProto outer;
      outer.set_name("A");
      // By hand, since the library, too, would recurse: field 3, the length, the message.
      std::string nested_type = "\x1a";
      for (size_t rest = bytes.size();; rest >>= 7) {
        nested_type += static_cast<char>((rest & 127) | (rest > 127 ? 128 : 0));
        if (rest <= 127) break;
      }
      bytes = outer.SerializeAsString() + nested_type + bytes;
    }
    std::string text = base64(std::string("\x22") + [&] {
      std::string length;
      for (size_t rest = bytes.size();; rest >>= 7) {
        length += static_cast<char>((rest & 127) | (rest > 127 ? 128 : 0));
        if (rest <= 127) break;
      }
      return length;
    }() + bytes);
    EXPECT_NE(refusal(text), "") << depth;
  }
}

TEST(ProtobufParse, RefusesADescriptorWithOptionsLeftToInterpret) {
  google::protobuf::FileDescriptorProto file = compiled(kUser);
  auto* option = file.mutable_message_type(0)->mutable_options()->add_uninterpreted_option();
  option->set_aggregate_value(nested(1'000'000, "{", "", "}").substr(0, 500'000));
  EXPECT_TRUE(contains(refusal(base64(file.SerializeAsString())), "interpreted"));
}

TEST(ProtobufParse, RefusesTextsAndSourcesThatAreTooLarge) {
  EXPECT_TRUE(contains(refusal(std::string(10'000'000, ' ')), "10000000 bytes"));
  std::vector<Dependency> many;
  for (size_t i = 0; i <= kDependencyCountMax; ++i) many.push_back({cat(i, ".proto"), "x"});
  EXPECT_TRUE(contains(refusal(kUser, many), "refers to 1001 others"));
  const std::vector<Dependency> large(5, {"a.proto", std::string(kTextSizeMax, ' ')});
  EXPECT_TRUE(contains(refusal(kUser, large), "what it refers to"));
}

TEST(ProtobufParse, RefusesLongNamesSinceEveryNameBelowRepeatsThem) {
  EXPECT_TRUE(
      contains(refusal(cat("syntax = \"proto3\"; message ", std::string(2'000, 'A'), " {}")),
               "2000 characters"));
}

TEST(ProtobufParse, RefusesReservedNumbersByTheTenThousand) {
  std::string text = "syntax = \"proto3\"; message A {";
  for (int i = 1; i < 10'000; ++i) text += cat("reserved ", i, ";");
  EXPECT_TRUE(contains(refusal(text + "}"), "9999 reserved numbers"));
}

TEST(ProtobufParse, RefusesOptionsByTheThousand) {
  std::string text =
      "syntax = \"proto3\"; import \"google/protobuf/descriptor.proto\"; "
      "extend google.protobuf.FileOptions { repeated int32 z = 50000; } ";
  for (int i = 0; i <= kOptionCountMax; ++i) text += "option (z) = 1; ";
  EXPECT_TRUE(contains(refusal(text), "1001 options"));
}

TEST(ProtobufParse, RefusesADescriptorThatNoTextCanSay) {
  google::protobuf::FileDescriptorProto file = compiled(kUser);
  file.mutable_message_type(1)->mutable_field(0)->set_name("1st");
  EXPECT_TRUE(contains(refusal(base64(file.SerializeAsString())),
                       "the registry's text of the schema: line "));
}

}  // namespace
}  // namespace millrace::schema::protobuf
