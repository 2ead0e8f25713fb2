// Objects and their properties.
#include "schema/json_schema/failing.h"

namespace millrace::schema::json_schema {

bool Validator::check_object(const Node& node, const json::Object& object, const json::Value& value,
                             Seen& seen) {
  const ObjectKeywords& keywords = *node.object;
  return check_count("minProperties", keywords.min_properties, "maxProperties",
                     keywords.max_properties, object.size(), "properties") &&
         check_required(keywords, object) && check_properties(keywords, object, seen) &&
         check_dependencies(keywords, object, value, seen) &&
         check_unevaluated_properties(node, object, seen);
}

bool Validator::check_required(const ObjectKeywords& keywords, const json::Object& object) {
  if (!spend(keywords.required.size())) return false;
  for (const std::string_view name : keywords.required) {
    if (object.contains(name)) continue;
    return fail("required", [&] { return cat("has no ", clipped(name)); });
  }
  return true;
}

bool Validator::check_properties(const ObjectKeywords& keywords, const json::Object& object,
                                 Seen& seen) {
  size_t index = 0;
  for (const json::Member& member : object) {
    const Place::Step step(place_, member.name);
    bool looked_at = false;
    if (!check_property(keywords, member, looked_at)) return false;
    if (looked_at) mark(seen, index);
    ++index;
  }
  return true;
}

bool Validator::check_property(const ObjectKeywords& keywords, const json::Member& member,
                               bool& looked_at) {
  if (keywords.property_names != nullptr &&
      !valid_child(*keywords.property_names, json::Value(member.name))) {
    return false;
  }
  if (const Node* schema = keywords.properties.find(member.name)) {
    looked_at = true;
    if (!valid_child(*schema, member.value)) return false;
  }
  bool covered = looked_at;
  for (const PatternSchema& property : keywords.pattern_properties) {
    if (!matches(*property.pattern, member.name)) continue;
    covered = true;
    if (property.pattern->is_opaque()) continue;
    looked_at = true;
    if (!valid_child(*property.schema, member.value)) return false;
  }
  if (covered || keywords.additional_properties == nullptr) return !gave_up_;
  looked_at = true;
  if (keywords.additional_properties->accepts_none()) {
    return fail("additionalProperties", [] { return "is no property of the schema"; });
  }
  return valid_child(*keywords.additional_properties, member.value);
}

bool Validator::check_dependencies(const ObjectKeywords& keywords, const json::Object& object,
                                   const json::Value& value, Seen& seen) {
  for (const auto& [name, others] : keywords.required_with) {
    if (!spend(1 + others.size())) return false;
    if (!object.contains(name)) continue;
    for (const std::string_view other : others) {
      if (object.contains(other)) continue;
      return fail("dependencies",
                  [&] { return cat("has ", clipped(name), " and so needs ", clipped(other)); });
    }
  }
  for (const NamedSchema& dependency : keywords.schema_with) {
    if (!object.contains(dependency.name)) continue;
    if (!valid(*dependency.schema, value, seen)) return false;
  }
  return true;
}

bool Validator::check_unevaluated_properties(const Node& node, const json::Object& object,
                                             Seen& seen) {
  const Node* schema = node.object->unevaluated_properties;
  if (schema == nullptr) return true;
  size_t index = 0;
  for (const json::Member& member : object) {
    if (!seen[index]) {
      const Place::Step step(place_, member.name);
      if (schema->accepts_none() || !valid_child(*schema, member.value)) {
        return fail("unevaluatedProperties", [] { return "is no property of the schema"; });
      }
      mark(seen, index);
    }
    ++index;
  }
  return true;
}

}  // namespace millrace::schema::json_schema
