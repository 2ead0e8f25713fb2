// What is an Avro schema, and what is said of what is not.
#include <string>

#include "base/text.h"
#include "schema/avro/avro_texts.h"

namespace millrace::schema::avro {
namespace {

constexpr size_t kTooLong = 2'000;

struct Refused {
  std::string text;
  std::string path;
  std::string reason;
};

void expect_refused(const std::vector<Refused>& all) {
  for (const Refused& one : all) {
    const std::string message = refusal(one.text);
    EXPECT_NE(message.find("at " + one.path + ": "), message.npos) << one.text << "\n" << message;
    EXPECT_NE(message.find(one.reason), message.npos) << one.text << "\n" << message;
  }
}

TEST(AvroParse, RefusesWhatIsNoType) {
  expect_refused(
      {{"1", "its root", "not a number"},
       {"null", "its root", "not a null"},
       {"{}", "its root", "needs a \"type\""},
       {R"({"type":{"type":"string"}})", "its root", "in the outer object's place"},
       {R"("strin")", "its root", "unknown type \"strin\""},
       {R"({"type":"array"})", "its root", "needs \"items\""},
       {R"({"type":"map","items":"int"})", "its root", "needs \"values\""},
       {R"({"type":"array","items":{"type":"map","values":true}})", "/items/values", "boolean"},
       {R"({"type":"fixed","name":"F"})", "its root", "\"size\""},
       {R"({"type":"fixed","name":"F","size":-1})", "its root", "\"size\""},
       {R"({"type":"fixed","name":"F","size":2147483648})", "its root", "\"size\""},
       {R"({"type":"fixed","name":"F","size":1.5})", "its root", "\"size\""}});
}

TEST(AvroParse, RefusesIllegalNames) {
  expect_refused(
      {{R"({"type":"fixed","size":1})", "its root", "needs a \"name\""},
       {R"({"type":"fixed","size":1,"name":""})", "its root", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"1a"})", "its root", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"a-b"})", "its root", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"ä"})", "its root", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"a."})", "its root", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"a..b"})", "its root", "is no namespace"},
       {R"({"type":"fixed","size":1,"name":"F","namespace":"a-b"})", "its root", "is no namespace"},
       {R"({"type":"fixed","size":1,"name":"F","namespace":1})", "its root", "is a text"},
       {R"({"type":"fixed","size":1,"name":"int"})", "its root", "primitive"},
       {R"({"type":"fixed","size":1,"name":"F","aliases":["-"]})", "/aliases", "is no Avro name"},
       {R"({"type":"fixed","size":1,"name":"F","aliases":"G"})", "/aliases", "array"},
       {R"({"type":"fixed","size":1,"name":"F","aliases":[1]})", "/aliases", "is a text"},
       {record_of(R"({"name":"a b","type":"int"})"), "/fields/0", "is no Avro name"}});
}

TEST(AvroParse, TakesAPrimitivesNameInANamespace) {
  EXPECT_TRUE(parsed(R"({"type":"fixed","size":1,"name":"n.int"})"));
}

TEST(AvroParse, RefusesBrokenRecords) {
  expect_refused(
      {{R"({"type":"record","name":"R"})", "its root", "needs \"fields\""},
       {R"({"type":"record","name":"R","fields":{}})", "its root", "needs \"fields\""},
       {record_of("1"), "/fields/0", "a field is an object"},
       {record_of(R"({"type":"int"})"), "/fields/0", "needs a \"name\""},
       {record_of(R"({"name":"a"})"), "/fields/0", "needs a \"type\""},
       {record_of(R"({"name":"a","type":"int"},{"name":"a","type":"int"})"), "/fields/1", "twice"},
       {field_of(R"("int","order":"up")"), "/fields/0", "\"order\" is"},
       {field_of(R"("int","aliases":{})"), "/fields/0/aliases", "array"},
       {field_of(R"({"type":"array","items":"Unknown"})"), "/fields/0/type/items",
        "unknown type"}});
}

TEST(AvroParse, RefusesBrokenEnums) {
  expect_refused(
      {{R"({"type":"enum","name":"E"})", "its root", "\"symbols\""},
       {R"({"type":"enum","name":"E","symbols":[1]})", "/symbols/0", "is a text"},
       {R"({"type":"enum","name":"E","symbols":["A","b c"]})", "/symbols/1", "is no Avro name"},
       {R"({"type":"enum","name":"E","symbols":["A","A"]})", "/symbols/1", "twice"},
       {R"({"type":"enum","name":"E","symbols":["A"],"default":"B"})", "/default", "its symbols"},
       {R"({"type":"enum","name":"E","symbols":["A"],"default":1})", "/default", "its symbols"}});
}

TEST(AvroParse, RefusesAmbiguousUnions) {
  expect_refused(
      {{R"(["int",["null"]])", "/1", "directly in a union"},
       {R"(["int","null","int"])", "/2", "\"int\" twice"},
       {R"(["string",{"type":"string","logicalType":"uuid"}])", "/1", "\"string\" twice"},
       {R"([{"type":"array","items":"int"},{"type":"array","items":"long"}])", "/1", "twice"},
       {R"([{"type":"fixed","name":"n.F","size":1},"n.F"])", "/1", "\"n.F\" twice"}});
}

TEST(AvroParse, RefusesASecondDefinition) {
  const std::string fixed = R"({"type":"fixed","name":"F","size":1})";
  expect_refused(
      {{record_of(R"({"name":"a","type":)" + fixed + R"(},{"name":"b","type":)" + fixed + "}"),
        "/fields/1/type", "\"F\" is defined a second time"}});
  const std::string message = refusal(fixed, {{"F", fixed}});
  EXPECT_NE(message.find("a second time"), message.npos) << message;
}

TEST(AvroParse, FindsANameInItsNamespaceAndThenInNone) {
  EXPECT_TRUE(
      parsed(R"([{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"n.G","size":1},
      {"type":"record","name":"n.R","fields":[{"name":"f","type":"F"},{"name":"g","type":"G"},
       {"name":"r","type":["null","R"]}]}])"));
  const std::string message =
      refusal(R"([{"type":"fixed","name":"n.G","size":1},{"type":"array","items":"G"}])");
  EXPECT_NE(message.find("Did you mean \"n.G\"?"), message.npos) << message;
}

TEST(AvroParse, ANameIsDefinedBeforeItIsUsed) {
  expect_refused({{record_of(R"({"name":"a","type":"F"},
                       {"name":"b","type":{"type":"fixed","name":"F","size":1}})"),
                   "/fields/0/type", "unknown type \"F\""}});
}

TEST(AvroParse, ReferencesComeFirstAndSeeEachOther) {
  const Dependency address{"a.Address", R"({"type":"record","name":"a.Address","fields":[]})"};
  const Dependency customer{"a.Customer", R"({"type":"record","name":"Customer","namespace":"a",
      "fields":[{"name":"at","type":"Address"}]})"};
  EXPECT_TRUE(parsed(field_of(R"("a.Customer")"), {address, customer}));
  const std::string message = refusal(field_of(R"("a.Customer")"), {customer, address});
  EXPECT_TRUE(message.starts_with("reference \"a.Customer\": Avro schema, at /fields/0/type: "))
      << message;
}

TEST(AvroParse, RefusesDefaultsThatTheTypeDoesNotHave) {
  for (const char* type_and_default :
       {R"("null","default":0)",
        R"("boolean","default":"true")",
        R"("int","default":"1")",
        R"("int","default":1.0)",
        R"("int","default":2147483648)",
        R"("long","default":1e3)",
        R"("long","default":9223372036854775808)",
        R"("float","default":"x")",
        R"("double","default":null)",
        R"("string","default":1)",
        R"("bytes","default":[1])",
        R"({"type":"enum","name":"E","symbols":["A"]},"default":null)",
        R"({"type":"fixed","name":"F","size":1},"default":1)",
        R"({"type":"array","items":"int"},"default":{})",
        R"({"type":"array","items":"int"},"default":[1,"x"])",
        R"({"type":"map","values":"int"},"default":[])",
        R"({"type":"map","values":"int"},"default":{"a":null})",
        R"(["null","int"],"default":"x")",
        R"({"type":"record","name":"I","fields":[{"name":"a","type":"int"}]},"default":{})",
        R"({"type":"record","name":"I","fields":[{"name":"a","type":"int"}]},"default":{"a":"x"})",
        R"("R","default":{})"}) {
    expect_refused({{field_of(type_and_default), "/fields/0/default", "is no value of its type"}});
  }
}

TEST(AvroParse, WhatARegistryOnceTookMayHaveOtherNamesAndDefaults) {
  for (const std::string& text :
       {field_of(R"("int","default":"none")"), field_of(R"(["null","int"],"default":"x")"),
        record_of(R"({"name":"user-id","type":"int"})"),
        std::string(R"({"type":"enum","name":"a-b.C d","symbols":["not found"]})"),
        std::string(R"({"type":"fixed","size":1,"name":"F","aliases":["-"]})")}) {
    refusal(text);
    const auto known = parse({.text = text, .is_known = true});
    ASSERT_TRUE(known) << known.error().message();
    EXPECT_TRUE((*known)->misfits(**known).empty()) << text;
    const auto again = parse({.text = (*known)->normalized(), .is_known = true});
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ((*again)->normalized(), (*known)->normalized());
  }
  EXPECT_FALSE(parse({.text = R"("strin")", .is_known = true}));
}

TEST(AvroParse, TakesDefaultsAsAvrosJavaLibraryDoes) {
  for (
      const char* type_and_default :
      {R"("float","default":1)", R"("double","default":"NaN")", R"("float","default":"1.5")",
       R"("long","default":-9223372036854775808)", R"(["null","int"],"default":1)",
       R"({"type":"enum","name":"E","symbols":["A"]},"default":"B")",
       R"({"type":"fixed","name":"F","size":1},"default":"long")",
       R"({"type":"record","name":"I","fields":[{"name":"a","type":"int","default":1}]},"default":{})",
       R"(["null","R"],"default":null)"}) {
    EXPECT_TRUE(parsed(field_of(type_and_default)));
  }
}

TEST(AvroParse, DefaultsThatTakeForeverToCheckAreRefused) {
  // Each level may be of either record, and the innermost value fits none.
  std::string value = "1";
  for (int i = 0; i < 60; ++i) value = R"({"next":)" + value + "}";
  const std::string either = R"(["null","A","B"])";
  const std::string text =
      R"([{"type":"record","name":"A","fields":[{"name":"next","type":["null","A",
      {"type":"record","name":"B","fields":[{"name":"next","type":)" +
      either + R"(}]}]}]},
      {"type":"record","name":"C","fields":[{"name":"c","type":)" +
      either + R"(,"default":)" + value + "}]}]";
  EXPECT_NE(refusal(text).find("take too long to check"), std::string::npos);
}

TEST(AvroParse, LongNamesAreRefused) {
  const std::string name(kTooLong, 'a');
  EXPECT_NE(refusal(R"({"type":"fixed","size":1,"name":")" + name + R"("})").find("at most"),
            std::string::npos);
  EXPECT_NE(refusal(R"(")" + name + R"(")").find("too long"), std::string::npos);
}

TEST(AvroParse, DeepNestingIsRefused) {
  std::string text = R"("int")";
  for (int i = 0; i < 10'000; ++i) text = R"({"type":"array","items":)" + text + "}";
  EXPECT_FALSE(refusal(text).empty());
}

TEST(AvroParse, RefusesWhatIsNoJson) {
  EXPECT_FALSE(refusal("").empty());
  EXPECT_FALSE(refusal("record").empty());
  EXPECT_FALSE(refusal(R"("int" "int")").empty());
  EXPECT_FALSE(refusal("\"\xff\"").empty());
}

}  // namespace
}  // namespace millrace::schema::avro
