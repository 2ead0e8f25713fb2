// Keywords about objects.
#include "base/try.h"
#include "schema/json_schema/keywords.h"

namespace millrace::schema::json_schema::read {
namespace {

ObjectKeywords& object_of(Node& node) {
  if (node.object == nullptr) node.object = std::make_unique<ObjectKeywords>();
  return *node.object;
}

}  // namespace

Result<void> min_properties(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(object_of(node).min_properties, reader.count(value));
  return {};
}

Result<void> max_properties(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(object_of(node).max_properties, reader.count(value));
  return {};
}

Result<void> required(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(object_of(node).required, reader.texts(value));
  return {};
}

Result<void> properties(Reader& reader, Node& node, const json::Value& value) {
  return reader.named_schemas(value, object_of(node).properties);
}

Result<void> pattern_properties(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const json::Object* members, reader.object(value));
  ObjectKeywords& object = object_of(node);
  for (const json::Member& member : *members) {
    const Place::Step step(reader.place(), member.name);
    MILL_TRY(const Pattern* pattern, reader.pattern(member.name));
    MILL_TRY(const Node* schema, reader.schema(member.value));
    object.pattern_properties.push_back({.pattern = pattern, .schema = schema});
  }
  return {};
}

Result<void> additional_properties(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(object_of(node).additional_properties, reader.schema(value));
  return {};
}

Result<void> dependencies(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const json::Object* members, reader.object(value));
  ObjectKeywords& object = object_of(node);
  for (const json::Member& member : *members) {
    const Place::Step step(reader.place(), member.name);
    if (member.value.array() != nullptr) {
      MILL_TRY(object.required_with[member.name], reader.texts(member.value));
    } else {
      MILL_TRY(const Node* schema, reader.schema(member.value));
      object.schema_with.add(member.name, schema);
    }
  }
  return {};
}

Result<void> dependent_required(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(const json::Object* members, reader.object(value));
  ObjectKeywords& object = object_of(node);
  for (const json::Member& member : *members) {
    const Place::Step step(reader.place(), member.name);
    MILL_TRY(object.required_with[member.name], reader.texts(member.value));
  }
  return {};
}

Result<void> dependent_schemas(Reader& reader, Node& node, const json::Value& value) {
  return reader.named_schemas(value, object_of(node).schema_with);
}

Result<void> property_names(Reader& reader, Node& node, const json::Value& value) {
  MILL_TRY(object_of(node).property_names, reader.schema(value));
  return {};
}

Result<void> unevaluated_properties(Reader& reader, Node& node, const json::Value& value) {
  reader.track_evaluation();
  MILL_TRY(object_of(node).unevaluated_properties, reader.schema(value));
  return {};
}

}  // namespace millrace::schema::json_schema::read
