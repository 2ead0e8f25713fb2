// Objects but for their properties: required ones, dependencies, counts, what else there may be.
#include <algorithm>

#include "base/text.h"
#include "schema/json_schema/bounds.h"

namespace millrace::schema::json_schema {
namespace {

const ObjectKeywords& object_of(const Facet& facet) {
  static const ObjectKeywords kNone;
  return facet.node->object == nullptr ? kNone : *facet.node->object;
}

}  // namespace

void Comparison::compare_objects(const Facet& writer, const Facet& reader) {
  const ObjectKeywords& before = object_of(writer);
  const ObjectKeywords& now = object_of(reader);
  compare_required(before, now);
  compare_properties(before, now);
  compare_dependencies(before, now);
  compare_rest("additionalProperties", "ADDITIONAL_PROPERTIES",
               rest_of(before.additional_properties), rest_of(now.additional_properties));
  compare_unevaluated("unevaluatedProperties", "UNEVALUATED_PROPERTIES",
                      before.unevaluated_properties, now.unevaluated_properties);
  compare_upper("maxProperties", "MAX_PROPERTIES", before.max_properties, now.max_properties);
  compare_lower("minProperties", "MIN_PROPERTIES", before.min_properties, now.min_properties);
}

/// Of properties that both have; compare_properties sees to new ones.
void Comparison::compare_required(const ObjectKeywords& writer, const ObjectKeywords& reader) {
  const Place::Step step(place_, "required");
  for (const std::string_view name : reader.required) {
    const Node* property = reader.properties.find(name);
    const bool both = property != nullptr && writer.properties.find(name) != nullptr;
    if (!both || writer.requires_property(name) || property->has_default) continue;
    note_at(name, "REQUIRED_ATTRIBUTE_ADDED",
            cat("This schema requires ", clipped(name),
                ", the writer's does not: give it a default or leave it optional."));
  }
}

void Comparison::compare_dependencies(const ObjectKeywords& writer, const ObjectKeywords& reader) {
  const Place::Step step(place_, "dependencies");
  for (const auto& [name, others] : reader.required_with) {
    const Place::Step property(place_, name);
    const auto before = writer.required_with.find(name);
    compare_required_with(before == writer.required_with.end() ? nullptr : &before->second, others);
  }
  for (const NamedSchema& dependency : reader.schema_with) {
    const Place::Step property(place_, dependency.name);
    const Node* before = writer.schema_with.find(dependency.name);
    if (before != nullptr) {
      compare(before, dependency.schema);
    } else {
      note("DEPENDENCY_SCHEMA_ADDED",
           cat("This schema asks for more where ", clipped(dependency.name),
               " is there, the writer's does not: leave that dependency out."));
    }
  }
}

void Comparison::compare_required_with(const std::vector<std::string_view>* writer,
                                       const std::vector<std::string_view>& reader) {
  if (writer == nullptr) {
    note("DEPENDENCY_ARRAY_ADDED",
         "This schema requires others beside this property, the writer's does not: leave that "
         "dependency out.");
    return;
  }
  if (std::ranges::includes(*writer, reader)) return;
  const bool extended = std::ranges::includes(reader, *writer);
  note(extended ? "DEPENDENCY_ARRAY_EXTENDED" : "DEPENDENCY_ARRAY_CHANGED",
       "This schema requires others beside this property than the writer's: require no more than "
       "it does.");
}

}  // namespace millrace::schema::json_schema
