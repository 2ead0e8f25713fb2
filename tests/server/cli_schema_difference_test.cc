// What differs between two schemas, as lines and as words.
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/json_changes.h"
#include "cli/line_difference.h"
#include "json/text.h"

namespace millrace::server {
namespace {

TEST(LineDifference, TheSameHasNone) {
  EXPECT_EQ(line_difference("", ""), "");
  EXPECT_EQ(line_difference("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(line_difference("a\nb", "a\nb\n"), "") << "the end of the last line does not count";
}

TEST(LineDifference, ShowsWhatWentAndWhatCame) {
  EXPECT_EQ(line_difference("a\nb\nc\n", "a\nx\nc\n"), " a\n-b\n+x\n c\n");
  EXPECT_EQ(line_difference("a\n", "a\nb\n"), " a\n+b\n");
  EXPECT_EQ(line_difference("a\nb\n", "b\n"), "-a\n b\n");
  EXPECT_EQ(line_difference("", "a\n"), "+a\n");
  EXPECT_EQ(line_difference("x\na\nb\ny\n", "a\nx\nb\nz\n"), "-x\n a\n+x\n b\n-y\n+z\n");
}

TEST(LineDifference, LeavesOutWhatIsFarFromChanges) {
  EXPECT_EQ(line_difference("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n2\n3\n4\n5\n6\n7\n8\n0\n"),
            "-1\n+0\n 2\n 3\n 4\n...\n 6\n 7\n 8\n-9\n+0\n");
}

TEST(LineDifference, VeryLongPartsAreReplacedWhole) {
  std::string before;
  std::string after;
  for (int i = 0; i < 3'000; ++i) {
    before += cat("a", i, "\nsame\n");
    after += cat("b", i, "\nsame\n");
  }
  const std::string difference = line_difference(before, after);
  EXPECT_TRUE(difference.starts_with("-a0\n-same\n-a1\n")) << difference.substr(0, 20);
  EXPECT_TRUE(difference.ends_with("+b2999\n same\n"));
}

std::vector<std::string> changes(std::string_view before, std::string_view after) {
  return json_changes(json::parse(before).value(), json::parse(after).value());
}
using Lines = std::vector<std::string>;

TEST(JsonChanges, MembersAreAddedRemovedAndChanged) {
  EXPECT_EQ(changes(R"({"a":1,"b":{"c":2}})", R"({"b":{"c":3},"d":[]})"),
            (Lines{"removed /a: 1", "changed /b/c: 2 to 3", "added /d: []"}));
  EXPECT_EQ(changes("1", "1.0"), Lines()) << "one number";
  EXPECT_EQ(changes(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), Lines());
  EXPECT_EQ(changes(R"("int")", R"("long")"), Lines{R"(changed /: "int" to "long")"});
  EXPECT_EQ(changes("[1]", "{}"), Lines{"changed /: [1] to {}"});
}

TEST(JsonChanges, FieldsAreToldApartByTheirNames) {
  EXPECT_EQ(changes(R"({"fields":[{"name":"id","type":"int"},{"name":"age","type":"int"}]})",
                    R"({"fields":[{"name":"mail","type":"string"},{"name":"id","type":"long"}]})"),
            (Lines{R"(changed /fields/id/type: "int" to "long")",
                   R"(removed /fields/age: {"name":"age","type":"int"})",
                   R"(added /fields/mail: {"name":"mail","type":"string"})"}));
}

TEST(JsonChanges, SymbolsAreAddedRemovedAndReordered) {
  EXPECT_EQ(changes(R"(["A","B"])", R"(["B","C"])"),
            (Lines{R"(removed /A: "A")", R"(added /C: "C")"}));
  EXPECT_EQ(changes(R"(["A","B","C"])", R"(["B","A"])"),
            (Lines{R"(removed /C: "C")", "reordered /"}));
}

TEST(JsonChanges, OtherElementsAreToldApartByTheirIndex) {
  EXPECT_EQ(changes(R"([1,{"x":1}])", R"([1,{"x":2},3])"),
            (Lines{"changed /1/x: 1 to 2", "added /2: 3"}));
  EXPECT_EQ(changes(R"(["A","A"])", R"(["A"])"), Lines{R"(removed /1: "A")"});
}

TEST(JsonChanges, LongValuesAreCutBetweenLetters) {
  const std::string letters = cat(std::string(199, 'x'), "\xc3\xa9 and more");
  const auto lines = changes("1", json::quote(letters));
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0], cat("changed /: 1 to \"", std::string(199, 'x'), "…"));
}

TEST(JsonChanges, DeepDocumentsAreCompared) {
  const std::string deep = cat(std::string(999, '['), '1', std::string(999, ']'));
  std::string other = deep;
  other[999] = '2';
  EXPECT_EQ(changes(deep, other).size(), 1);
}

}  // namespace
}  // namespace millrace::server
