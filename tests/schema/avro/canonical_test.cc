// Avro schemas as text, against what Apache Avro's and Confluent's own code made of them
// (tests/data/avro/canonical.json).
#include <fstream>
#include <iterator>

#include "json/text.h"
#include "project_files.h"
#include "schema/avro/avro_texts.h"

namespace millrace::schema::avro {
namespace {

json::Array golden_cases() {
  std::ifstream file(project_file("tests/data/avro/canonical.json"), std::ios::binary);
  const auto document = json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_TRUE(document && document->array());
  return document && document->array() ? *document->array() : json::Array{};
}

std::vector<Dependency> references_of(const json::Object& one) {
  std::vector<Dependency> references;
  const json::Value* texts = one.find("references");
  if (texts == nullptr) return references;
  for (const json::Value& text : *texts->array()) {
    references.push_back({.name = "reference", .text = json::write(text)});
  }
  return references;
}

TEST(AvroCanonical, IsWhatAvrosJavaLibraryWrites) {
  const json::Array cases = golden_cases();
  EXPECT_GE(cases.size(), 70u);
  for (const json::Value& value : cases) {
    const json::Object& one = *value.object();
    const auto schema = parsed(std::string(*one.text("schema")), references_of(one));
    ASSERT_TRUE(schema) << *one.text("name");
    EXPECT_EQ(schema->canonical(), *one.text("canonical")) << *one.text("name");
  }
}

TEST(AvroNormalized, IsWhatConfluentsNormalizeMakes) {
  size_t compared = 0;
  for (const json::Value& value : golden_cases()) {
    const json::Object& one = *value.object();
    const auto expected = one.text("normalized");
    if (!expected) continue;
    const auto schema = parsed(std::string(*one.text("schema")), references_of(one));
    ASSERT_TRUE(schema) << *one.text("name");
    EXPECT_EQ(schema->normalized(), *expected) << *one.text("name");
    ++compared;
  }
  EXPECT_GE(compared, 70u);
}

TEST(AvroCanonical, IsItsOwnCanonicalText) {
  for (const json::Value& value : golden_cases()) {
    const json::Object& one = *value.object();
    const auto once = parsed(std::string(*one.text("schema")), references_of(one));
    for (const std::string& text : {once->canonical(), once->normalized()}) {
      const auto again = parsed(text, references_of(one));
      ASSERT_TRUE(again) << *one.text("name");
      EXPECT_EQ(again->normalized(), once->normalized()) << *one.text("name");
    }
    EXPECT_EQ(parsed(once->canonical(), references_of(one))->canonical(), once->canonical());
  }
}

// Confluent's normalize drops such a default, and with it that the field may be left out.
TEST(AvroNormalized, KeepsADefaultOfALaterBranch) {
  const std::string text = field_of(R"(["null","string"],"default":"x")");
  EXPECT_EQ(parsed(text)->normalized(), text);
}

// Confluent's normalize moves such a type into the namespace around it.
TEST(AvroNormalized, KeepsATypeInTheNullNamespace) {
  const std::string text =
      R"({"type":"record","name":"R","namespace":"n","fields":[{"name":"f","type":)"
      R"({"type":"fixed","name":"F","namespace":"","size":2}}]})";
  EXPECT_EQ(parsed(text)->normalized(), text);
}

TEST(AvroNormalized, IsTheSameForSchemasThatMeanTheSame) {
  const auto one =
      parsed(R"({"type":"record","name":"a.R","aliases":["y","x"],"p":1,"o":{"d":1,"c":2},
      "fields":[{"name":"f","type":"double","default":1}]})");
  const auto other = parsed(R"({"o":{"c":2,"d":1},"p":1,"aliases":["x","y"],"doc":"",
      "fields":[{"order":"ascending","type":{"type":"double"},"default":1.0,"name":"f"}],
      "namespace":"a","name":"R","type":"record"})");
  EXPECT_NE(one->canonical(), other->canonical());
  EXPECT_EQ(one->normalized(), other->normalized());
}

TEST(AvroCanonical, NamesTypesThatAReferenceDefinesInside) {
  const std::string customer =
      R"({"type":"record","name":"crm.Customer","fields":[{"name":"at","type":)"
      R"({"type":"record","name":"Address","fields":[]}}]})";
  const std::string order = field_of(R"("crm.Address")");
  EXPECT_EQ(parsed(order, {{"crm.Customer", customer}})->canonical(), order);
}

TEST(AvroResolved, HasTheReferencesInItWhereTheyComeFirst) {
  const Dependency address{"Address", R"({"type":"record","name":"crm.Address","fields":[]})"};
  const Dependency customer{"Customer", R"({"type":"record","name":"crm.Customer","fields":[
      {"name":"at","type":"Address"}]})"};
  const auto order = parsed(
      record_of(R"({"name":"who","type":"crm.Customer"},{"name":"to","type":"crm.Address"})"),
      {address, customer});
  EXPECT_EQ(
      order->formatted("resolved"),
      record_of(
          R"({"name":"who","type":{"type":"record","name":"Customer","namespace":"crm",)"
          R"("fields":[{"name":"at","type":{"type":"record","name":"Address","fields":[]}}]}},)"
          R"({"name":"to","type":"crm.Address"})"));
  EXPECT_EQ(order->formatted(""), order->canonical());
  EXPECT_EQ(order->formatted("unheard-of"), order->canonical());
}

TEST(AvroResolved, IsCanonicalWhereItWouldBeNestedTooDeep) {
  std::string chain = R"([{"type":"record","name":"R0","fields":[]})";
  for (int i = 1; i <= 3'000; ++i) {
    chain += R"(,{"type":"record","name":"R)" + std::to_string(i) +
             R"(","fields":[{"name":"a","type":"R)" + std::to_string(i - 1) + R"("}]})";
  }
  const auto with = [&](const std::string& last) {
    return parsed(R"({"type":"array","items":"R)" + last + R"("})", {{"chain", chain + "]"}});
  };
  EXPECT_NE(with("300")->formatted("resolved"), with("300")->canonical());
  EXPECT_TRUE(json::parse(with("300")->formatted("resolved")));
  EXPECT_EQ(with("3000")->formatted("resolved"), with("3000")->canonical());
}

}  // namespace
}  // namespace millrace::schema::avro
