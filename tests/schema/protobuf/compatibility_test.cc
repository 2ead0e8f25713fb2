#include <algorithm>

#include "base/text.h"
#include "schema/compatibility_cases.h"
#include "schema/protobuf/limits.h"
#include "schema/protobuf/parsed.h"

namespace millrace::schema::protobuf {
namespace {

TEST(ProtobufCompatibility, HasTheDocumentedVerdicts) {
  expect_documented_verdicts("protobuf.json", parse, 170);
}

/// "RULE path" of each reason why `reader` cannot read what `writer` wrote, in no order.
std::vector<std::string> reasons(const std::string& reader, const std::string& writer,
                                 const std::vector<Dependency>& dependencies = {}) {
  std::vector<std::string> lines;
  for (const Incompatibility& misfit :
       parsed(reader, dependencies)->misfits(*parsed(writer, dependencies))) {
    lines.push_back(misfit.rule + " " + misfit.path);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

using Lines = std::vector<std::string>;

constexpr const char* kHead = "syntax = \"proto3\"; package p; ";

TEST(ProtobufCompatibility, NamesTheRuleAndThePathAsConfluentDoes) {
  const std::string head = kHead;
  EXPECT_EQ(
      reasons("syntax = \"proto3\"; message A {}", "syntax = \"proto3\"; package b; message A {}"),
      (Lines{"PACKAGE_CHANGED #/"}));
  EXPECT_EQ(reasons(head, head + "message A {}"), (Lines{"MESSAGE_REMOVED #/A"}));
  EXPECT_EQ(reasons(head + "message A {}", head + "message A { message B {} }"),
            (Lines{"MESSAGE_REMOVED #/A/B"}));
  EXPECT_EQ(reasons(head + "message A { int32 x = 3; }", head + "message A { string x = 3; }"),
            (Lines{"FIELD_SCALAR_KIND_CHANGED #/A/3"}));
  EXPECT_EQ(reasons(head + "message A { message B { A x = 3; } }",
                    head + "message A { message B { int32 x = 3; } }"),
            (Lines{"FIELD_KIND_CHANGED #/A/B/3"}));
  EXPECT_EQ(reasons(head + "message A { oneof o { int32 x = 3; } }",
                    head + "message A { oneof o { string x = 3; } }"),
            (Lines{"FIELD_SCALAR_KIND_CHANGED #/A/o/3"}));
  EXPECT_EQ(reasons(head + "message A { oneof o { int32 x = 3; } }",
                    head + "message A { oneof o { int32 x = 3; int32 y = 4; } }"),
            (Lines{"ONEOF_FIELD_REMOVED #/A/o/4"}));
  EXPECT_EQ(reasons(head + "message A { oneof o { int32 x = 3; int32 y = 4; } }",
                    head + "message A { int32 x = 3; int32 y = 4; }"),
            (Lines{"MULTIPLE_FIELDS_MOVED_TO_ONEOF #/A/o"}));
  EXPECT_EQ(reasons(head + "message A { oneof o { int32 x = 3; int32 y = 4; } }",
                    head + "message A { oneof o { int32 x = 3; } int32 y = 4; }"),
            (Lines{"FIELD_MOVED_TO_EXISTING_ONEOF #/A/o"}));
  EXPECT_EQ(
      reasons(head + "message A { repeated int32 x = 3; }", head + "message A { int32 x = 3; }"),
      (Lines{"FIELD_NUMERIC_LABEL_CHANGED #/A/3"}));
}

TEST(ProtobufCompatibility, NamesTheRulesForRequiredFields) {
  const std::string with = "message A { optional int32 x = 1; required int32 y = 2; }";
  const std::string without = "message A { optional int32 x = 1; }";
  EXPECT_EQ(reasons(with, without), (Lines{"REQUIRED_FIELD_ADDED #/A/2"}));
  EXPECT_EQ(reasons(without, with), (Lines{"REQUIRED_FIELD_REMOVED #/A/2"}));
}

TEST(ProtobufCompatibility, TellsOfAnImportedMessageWhereItIsAndWhereItIsUsed) {
  const std::vector<Dependency> dependencies = {
      {"one.proto",
       "syntax = \"proto3\"; package q; message B { C c = 1; } message C { int32 x = 7; }"},
      {"two.proto",
       "syntax = \"proto3\"; package q; message B { C c = 1; } message C { string x = 7; }"}};
  const std::string body = "message A { q.B b = 1; map<string, q.C> c = 2; }";
  EXPECT_EQ(reasons("syntax = \"proto3\"; import \"two.proto\"; " + body,
                    "syntax = \"proto3\"; import \"one.proto\"; " + body, dependencies),
            (Lines{"FIELD_NAMED_TYPE_CHANGED #/A/2", "FIELD_NAMED_TYPE_CHANGED #/B/1",
                   "FIELD_SCALAR_KIND_CHANGED #/C/7"}));
}

TEST(ProtobufCompatibility, SaysWhatDoesNotFitAndHowToMendIt) {
  const auto misfits = parsed("syntax = \"proto3\"; message A { int32 age = 3; }")
                           ->misfits(*parsed("syntax = \"proto3\"; message A { string age = 3; }"));
  ASSERT_EQ(misfits.size(), 1u);
  EXPECT_EQ(misfits[0].message,
            "field 3 (age) is int32, data was written with string: only string or bytes can read "
            "that, or give the new field a number of its own");
}

TEST(ProtobufCompatibility, OfASchemaWithItselfIsComplete) {
  EXPECT_EQ(
      reasons(std::string(kHead) +
                  "message A { A a = 1; B b = 2; } message B { A a = 1; map<int32, B> m = 2; }",
              std::string(kHead) +
                  "message A { A a = 1; B b = 2; } message B { A a = 1; map<int32, B> m = 2; }"),
      Lines{});
}

TEST(ProtobufCompatibility, FollowsLongChainsOfImportedMessagesWithoutRecursing) {
  std::string chain = "syntax = \"proto3\"; package q; ";
  for (int i = 0; i < 5'000; ++i) chain += cat("message M", i, " { M", i + 1, " m = 1; } ");
  const std::vector<Dependency> dependencies = {
      {"one.proto", chain + "message M5000 { int32 x = 1; }"},
      {"two.proto", chain + "message M5000 { string x = 1; }"}};
  const std::string body = "message A { q.M0 m = 1; }";
  EXPECT_EQ(reasons("syntax = \"proto3\"; import \"two.proto\"; " + body,
                    "syntax = \"proto3\"; import \"one.proto\"; " + body, dependencies),
            (Lines{"FIELD_NAMED_TYPE_CHANGED #/M4999/1", "FIELD_SCALAR_KIND_CHANGED #/M5000/1"}));
}

TEST(ProtobufCompatibility, StopsListingAfterAThousandReasons) {
  std::string old_text = "syntax = \"proto3\"; message A {";
  std::string new_text = old_text;
  for (int i = 1; i <= 3'000; ++i) {
    old_text += cat("int32 f", i, " = ", i, ";");
    new_text += cat("string f", i, " = ", i, ";");
  }
  const auto misfits = parsed(new_text + "}")->misfits(*parsed(old_text + "}"));
  ASSERT_EQ(misfits.size(), kMisfitCountMax + 1);
  EXPECT_EQ(misfits.back().rule, "TOO_MANY_DIFFERENCES");
  EXPECT_TRUE(begins_with(misfits.back().message, "2000 more"));
}

}  // namespace
}  // namespace millrace::schema::protobuf
