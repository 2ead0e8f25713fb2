#include "base/text.h"
#include "schema/json_schema/parsing.h"

namespace millrace::schema::json_schema {
namespace {

constexpr const char* kModern = "https://json-schema.org/draft/2020-12/schema";

/// Where the reference leads to a string, a reader that wants a number there does not fit.
void expect_string_at_a(const std::string& text, std::vector<Dependency> dependencies = {}) {
  const auto writer = parsed(text, std::move(dependencies));
  const auto number = parsed(R"({"properties": {"a": {"type": "number"}}})");
  const auto string = parsed(R"({"properties": {"a": {"type": "string"}}})");
  ASSERT_NE(writer, nullptr);
  EXPECT_TRUE(string->misfits(*writer).empty()) << text;
  const auto misfits = number->misfits(*writer);
  ASSERT_EQ(misfits.size(), 1u) << text;
  EXPECT_EQ(misfits[0].rule, "TYPE_CHANGED");
  EXPECT_EQ(misfits[0].path, "#/properties/a");
}

std::string with_a(const std::string& reference, const std::string& members) {
  return R"({"properties": {"a": {"$ref": ")" + reference + R"("}}, )" + members + "}";
}

TEST(JsonSchemaReferences, LeadToDefinitions) {
  expect_string_at_a(with_a("#/definitions/s", R"("definitions": {"s": {"type": "string"}})"));
  expect_string_at_a(with_a("#/$defs/s", R"("$defs": {"s": {"type": "string"}})"));
}

TEST(JsonSchemaReferences, ByTheNewerNameLeadToTheOlderPlace) {
  expect_string_at_a(with_a("#/$defs/s", R"("definitions": {"s": {"type": "string"}})"));
}

TEST(JsonSchemaReferences, LeadToAnyPlaceByPointer) {
  expect_string_at_a(with_a("#/x/y/1", R"("x": {"y": [0, {"type": "string"}]})"));
  expect_string_at_a(with_a("#/x/a~1b%20~0c", R"("x": {"a/b ~c": {"type": "string"}})"));
}

TEST(JsonSchemaReferences, FollowReferences) {
  expect_string_at_a(with_a("#/definitions/one", R"("definitions": {
      "one": {"$ref": "#/definitions/two"}, "two": {"type": "string"}})"));
}

TEST(JsonSchemaReferences, LeadToIdsOfSchemasWithin) {
  expect_string_at_a(with_a("s.json", R"("$id": "http://example.com/root.json",
      "definitions": {"x": {"$id": "s.json", "type": "string"}})"));
  expect_string_at_a(
      with_a("http://example.com/dir/s.json", R"("$id": "http://example.com/root.json",
      "definitions": {"x": {"$id": "dir/", "definitions": {"y": {"$id": "s.json", "type": "string"}}}})"));
}

TEST(JsonSchemaReferences, LeadToAnchors) {
  expect_string_at_a(with_a("#s", R"("definitions": {"x": {"$id": "#s", "type": "string"}})"));
  expect_string_at_a(with_a("#s", cat(R"("$schema": ")", kModern,
                                      R"(", "$defs": {"x": {"$anchor": "s", "type": "string"}})")));
  expect_string_at_a(with_a("#s", R"("$schema": "http://json-schema.org/draft-04/schema",
      "definitions": {"x": {"id": "#s", "type": "string"}})"));
}

TEST(JsonSchemaReferences, APropertyNamedIdIsNoId) {
  expect_string_at_a(R"({"$id": "http://example.com/root.json", "properties": {
      "$id": {"type": "string"}, "a": {"$ref": "root.json#/properties/$id"}}})");
}

TEST(JsonSchemaReferences, LeadToDependenciesByName) {
  const Dependency user = {.name = "user.json", .text = R"({"type": "string"})"};
  expect_string_at_a(with_a("user.json", R"("x": 0)"), {user});
  expect_string_at_a(with_a("./user.json", R"("x": 0)"), {user});
  expect_string_at_a(with_a("user.json", R"("$id": "http://example.com/root.json")"), {user});
  expect_string_at_a(
      with_a("http://example.com/user.json", R"("$id": "http://example.com/root.json")"), {user});
  expect_string_at_a(with_a("http://example.com/s.json", R"("x": 0)"),
                     {{.name = "http://example.com/s.json", .text = R"({"type": "string"})"}});
}

TEST(JsonSchemaReferences, LeadIntoDependencies) {
  expect_string_at_a(
      with_a("types.json#/definitions/s", R"("x": 0)"),
      {{.name = "types.json", .text = R"({"definitions": {"s": {"type": "string"}}})"}});
  expect_string_at_a(with_a("types.json#s", R"("x": 0)"),
                     {{.name = "types.json",
                       .text = R"({"definitions": {"t": {"$id": "#s", "type": "string"}}})"}});
}

TEST(JsonSchemaReferences, OfDependenciesLeadToOthers) {
  expect_string_at_a(
      with_a("b.json", R"("x": 0)"),
      {{.name = "c.json", .text = R"({"definitions": {"s": {"type": "string"}}})"},
       {.name = "b.json",
        .text = R"({"$id": "http://elsewhere.com/b.json", "$ref": "c.json#/definitions/s"})"}});
}

TEST(JsonSchemaReferences, WithinADependencyMeanThatDocument) {
  expect_string_at_a(
      with_a("b.json", R"("definitions": {"s": {"type": "number"}})"),
      {{.name = "b.json",
        .text = R"({"$ref": "#/definitions/s", "definitions": {"s": {"type": "string"}}})"}});
}

TEST(JsonSchemaReferences, ThatLeadNowhereAreErrors) {
  EXPECT_NE(parse_error(with_a("#/definitions/gone", R"("x": 0)")).find("#/properties/a/$ref"),
            std::string::npos);
  parse_error(with_a("#anchor", R"("x": 0)"));
  parse_error(with_a("#/x/0", R"("x": [])"));
  parse_error(with_a("#/x/1", R"("x": [0, "no schema"])"));
  parse_error(with_a("other.json", R"("x": 0)"));
  parse_error(with_a("#/a%zz", R"("x": 0)"));
}

TEST(JsonSchemaReferences, AreNeverFetched) {
  const std::string error = parse_error(with_a("http://127.0.0.1:1/user.json", R"("x": 0)"));
  EXPECT_NE(error.find("http://127.0.0.1:1/user.json"), std::string::npos) << error;
  EXPECT_NE(error.find("nothing is fetched"), std::string::npos) << error;
  parse_error(with_a("file:///etc/passwd", R"("x": 0)"));
}

TEST(JsonSchemaReferences, ErrorsInADependencyNameIt) {
  EXPECT_EQ(parse_error(with_a("b.json", R"("x": 0)"),
                        {{.name = "b.json", .text = R"({"properties": {"p": 7}})"}}),
            "b.json#/properties/p: a schema is an object or a boolean, not number.");
  parse_error("{}", {{.name = "b.json", .text = "{"}});
}

TEST(JsonSchemaReferences, MayLeadInCircles) {
  const std::string tree = R"({"type": "object", "additionalProperties": false,
      "properties": {"children": {"type": "array", "items": {"$ref": "#"}}}})";
  EXPECT_TRUE(misfits(tree, tree).empty());
  const std::string loop = R"({"$ref": "#/definitions/a", "definitions": {
      "a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})";
  EXPECT_TRUE(misfits(loop, loop).empty());
}

TEST(JsonSchemaReferences, IgnoreTheirNeighboursUpToDraftSeven) {
  const std::string members =
      R"("properties": {"a": {"$ref": "#/definitions/any", "type": "string"}},
      "definitions": {"any": true}})";
  const std::string old_draft = "{" + members;
  const std::string new_draft = std::string(R"({"$schema": ")") + kModern + R"(", )" + members;
  const std::string untyped = R"({"properties": {"a": true}})";
  EXPECT_TRUE(misfits(untyped, old_draft).empty());
  EXPECT_EQ(misfits(untyped, new_draft), std::vector<std::string>{"TYPE_CHANGED #/properties/a"});
}

}  // namespace
}  // namespace millrace::schema::json_schema
