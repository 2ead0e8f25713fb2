// Which Avro schemas read each other's data, and why not.
#include <functional>
#include <map>
#include <set>

#include "project_files.h"
#include "schema/avro/avro_texts.h"
#include "schema/compatibility_cases.h"

namespace millrace::schema::avro {
namespace {

TEST(AvroCompatibility, VerdictsAreTheDocumentedOnes) {
  expect_documented_verdicts("avro.json", parse, 170);
}

using Lines = std::set<std::string, std::less<>>;

void add_lines(const Schema& reader, const Schema& writer, Lines& lines) {
  for (const Incompatibility& misfit : reader.misfits(writer)) {
    lines.insert(misfit.rule + " " + misfit.path);
  }
}

/// Rule and place of every reason, the new schema as reader and the old one, as the level asks.
Lines lines_of(const CompatibilityCase& one) {
  Lines lines;
  const auto newest = parsed(one.new_text, one.references);
  for (const std::string& text : one.old_texts) {
    const auto old = parsed(text, one.references);
    if (!one.level.starts_with("FORWARD")) add_lines(*newest, *old, lines);
    if (!one.level.starts_with("BACKWARD")) add_lines(*old, *newest, lines);
  }
  return lines;
}

/// There Avro's library says that the enum is no record, which is about its own code.
bool is_told_better_here(const CompatibilityCase& one) {
  return one.name == "An enum default does not make up for a missing field";
}

TEST(AvroCompatibility, ReasonsHaveTheRulesAndPlacesOfAvrosJavaLibrary) {
  std::ifstream file(project_file("tests/data/avro/misfits.json"), std::ios::binary);
  const auto golden = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_TRUE(golden);
  std::map<std::string, const json::Object*, std::less<>> by_name;
  for (const json::Value& one : *golden->array()) {
    by_name.emplace(*one.object()->text("name"), one.object());
  }
  size_t compared = 0;
  for (const CompatibilityCase& one : read_compatibility_cases("avro.json")) {
    const auto found = by_name.find(one.name);
    if (found == by_name.end() || is_told_better_here(one)) continue;
    const Lines lines = lines_of(one);
    for (const json::Value& line : *found->second->find("misfits")->array()) {
      EXPECT_TRUE(lines.contains(*line.string())) << one.name << ": " << *line.string();
      ++compared;
    }
  }
  EXPECT_GE(compared, 80u);
}

Incompatibility only_misfit(const std::string& reader, const std::string& writer) {
  const auto misfits = parsed(reader)->misfits(*parsed(writer));
  EXPECT_EQ(misfits.size(), 1u) << reader << " from " << writer;
  return misfits.empty() ? Incompatibility{} : misfits.front();
}

void expect_says(const Incompatibility& misfit, std::string_view rule, std::string_view path,
                 std::string_view message) {
  EXPECT_EQ(misfit.rule, rule);
  EXPECT_EQ(misfit.path, path);
  EXPECT_EQ(misfit.message, message);
}

TEST(AvroMisfits, SayWhatToDo) {
  const std::string none = record_of("");
  expect_says(
      only_misfit(field_of(R"("int")"), none), "READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/0",
      "the reader's field \"f\" has no default and the writer's \"R\" has no such field; give "
      "it a default, or an alias if it was renamed");
  expect_says(
      only_misfit(field_of(R"("int")"), field_of(R"("string")")), "TYPE_MISMATCH", "/fields/0/type",
      "the reader's type \"int\" cannot be read from the writer's \"string\"; keep the type, "
      "or read both with a union of the two");
  expect_says(only_misfit(R"({"type":"fixed","name":"n.A","size":1})",
                          R"({"type":"fixed","name":"n.B","size":1})"),
              "NAME_MISMATCH", "/name",
              "the writer's fixed \"n.B\" is not the reader's \"n.A\"; keep the name, or give the "
              "reader's type the alias \"n.B\"");
  expect_says(
      only_misfit(R"({"type":"fixed","name":"A","size":1})",
                  R"({"type":"fixed","name":"A","size":2})"),
      "FIXED_SIZE_MISMATCH", "/size",
      "the reader's fixed \"A\" has 1 bytes, the writer's 2; keep the size, or add a field of "
      "a new type");
  expect_says(only_misfit(R"({"type":"enum","name":"E","symbols":["A"]})",
                          R"({"type":"enum","name":"E","symbols":["C","A","B"]})"),
              "MISSING_ENUM_SYMBOLS", "/symbols",
              "the reader's enum \"E\" lacks symbols that the writer has: C, B; keep them, or give "
              "the reader's enum a default");
  expect_says(
      only_misfit(R"(["null","int"])", R"(["null","string"])"), "MISSING_UNION_BRANCH", "/1",
      "no branch of the reader's union takes the writer's \"string\"; keep a branch for it in "
      "the union");
}

TEST(AvroMisfits, AFieldThatIsItselfAndItsAliasIsAmbiguous) {
  const std::string fields = R"({"name":"a","type":"int"},{"name":"b","type":"int")";
  expect_says(only_misfit(record_of(fields + R"(,"aliases":["b","a"]})"), record_of(fields + "}")),
              "NAME_MISMATCH", "/fields/1",
              "the reader's field \"b\" is, by its name and aliases, both \"b\" and \"a\" of the "
              "writer; remove the alias");
}

TEST(AvroMisfits, InsideAUnionsOnlyCandidateAreToldToo) {
  const auto reader = parsed(
      field_of(R"(["null",{"type":"record","name":"I","fields":[{"name":"x","type":"int"}]}])"));
  const auto writer = parsed(field_of(R"(["null",{"type":"record","name":"I","fields":[]}])"));
  const auto misfits = reader->misfits(*writer);
  ASSERT_EQ(misfits.size(), 2u);
  EXPECT_EQ(misfits[0].rule, "MISSING_UNION_BRANCH");
  EXPECT_EQ(misfits[0].path, "/fields/0/type/1");
  EXPECT_EQ(misfits[1].rule, "READER_FIELD_MISSING_DEFAULT_VALUE");
  EXPECT_EQ(misfits[1].path, "/fields/0/type/1/fields/0");
}

// A pair that is taken as matching while it is being resolved must not stay so once it is refuted.
TEST(AvroMisfits, AnAssumptionWithinACycleIsTakenBack) {
  const std::string a =
      R"({"type":"record","name":"A","fields":[{"name":"b","type":["null",
         {"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}]},{"name":"v","type":"%"}]})";
  const auto with = [&](const std::string& type) {
    std::string made = a;
    made.replace(made.find('%'), 1, type);
    return R"([)" + made + R"(,{"type":"record","name":"C","fields":[{"name":"b","type":"B"}]}])";
  };
  const auto misfits = parsed(with("int"))->misfits(*parsed(with("string")));
  const auto is_of_c = [](const Incompatibility& misfit) { return misfit.path == "/1"; };
  EXPECT_EQ(std::ranges::count_if(misfits, is_of_c), 1);
}

/// Records R0 to Rn: each holds the one before twice, so that 2^n ways lead down to R0.
std::string doubling_chain(int n, const std::string& innermost) {
  std::string text =
      R"([{"type":"record","name":"R0","fields":[{"name":"v","type":")" + innermost + R"("}]})";
  for (int i = 1; i <= n; ++i) {
    const std::string inner = R"("type":"R)" + std::to_string(i - 1) + R"(")";
    text += R"(,{"type":"record","name":"R)" + std::to_string(i) + R"(","fields":[{"name":"a",)" +
            inner + R"(},{"name":"b",)" + inner + "}]}";
  }
  return text + "]";
}

TEST(AvroMisfits, ComparesEachPairOnce) {
  EXPECT_TRUE(
      parsed(doubling_chain(300, "long"))->misfits(*parsed(doubling_chain(300, "int"))).empty());
  EXPECT_FALSE(
      parsed(doubling_chain(300, "int"))->misfits(*parsed(doubling_chain(300, "long"))).empty());
}

TEST(AvroMisfits, ChainsOfNamesMayBeLong) {
  std::string text = R"([{"type":"record","name":"R0","fields":[{"name":"v","type":"%"}]})";
  for (int i = 1; i <= 5'000; ++i) {
    text += R"(,{"type":"record","name":"R)" + std::to_string(i) +
            R"(","fields":[{"name":"a","type":"R)" + std::to_string(i - 1) + R"("}]})";
  }
  const auto with = [&](const std::string& type) {
    std::string made = text + "]";
    made.replace(made.find('%'), 1, type);
    // Of the last record alone: the chain is all there is below it.
    return parsed(R"({"type":"array","items":"R5000"})", {{"chain", made}});
  };
  EXPECT_TRUE(with("long")->misfits(*with("int")).empty());
  const auto misfits = with("int")->misfits(*with("long"));
  ASSERT_EQ(misfits.size(), 1u);
  EXPECT_NE(misfits.front().message.find("levels"), std::string::npos);
}

TEST(AvroMisfits, StopsAfterManyReasons) {
  std::string fields;
  for (int i = 0; i < 500; ++i) {
    fields += (i ? "," : "") + (R"({"name":"f)" + std::to_string(i)) + R"(","type":"int"})";
  }
  const auto misfits = parsed(record_of(fields))->misfits(*parsed(record_of("")));
  ASSERT_EQ(misfits.size(), 101u);
  EXPECT_NE(misfits.back().message.find("more than these"), std::string::npos);
}

/// A union of so many records; `of` makes the name of each.
std::string records(int count, const std::function<std::string(int)>& of) {
  std::string branches;
  for (int i = 0; i < count; ++i) {
    branches += (i ? "," : "") + (R"({"type":"record","name":")" + of(i)) + R"(","fields":[]})";
  }
  return "[" + branches + "]";
}

TEST(AvroMisfits, UnionsMayHaveManyBranches) {
  const auto name = [](int i) { return "R" + std::to_string(i); };
  const auto wide = parsed(records(20'000, name));
  EXPECT_TRUE(wide->misfits(*parsed(records(20'000, name))).empty());
  const auto misfits = parsed(records(19'999, name))->misfits(*wide);
  ASSERT_EQ(misfits.size(), 1u);
  EXPECT_EQ(misfits.front().path, "/19999");
}

TEST(AvroMisfits, GivesUpOnUnionsThatMeetInTooManyPairs) {
  const auto schema = parsed(records(1'100, [](int i) { return "n" + std::to_string(i) + ".R"; }));
  const auto misfits = schema->misfits(*schema);
  ASSERT_EQ(misfits.size(), 1u);
  EXPECT_NE(misfits.front().message.find("too large to compare"), std::string::npos);
}

}  // namespace
}  // namespace millrace::schema::avro
