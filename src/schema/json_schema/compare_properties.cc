// Properties, by content model. An object is open where anything may be beside its properties,
// closed where nothing may, partially open where what may be has a schema (additionalProperties,
// patternProperties, unevaluatedProperties).
#include "base/text.h"
#include "schema/json_schema/comparison.h"

namespace millrace::schema::json_schema {

void Comparison::compare_properties(const ObjectKeywords& writer, const ObjectKeywords& reader) {
  const Place::Step step(place_, "properties");
  for (const NamedSchema& before : writer.properties) {
    if (!spend(1)) return;
    const Place::Step property(place_, before.name);
    if (const Node* now = reader.properties.find(before.name)) {
      compare(before.schema, now);
    } else {
      compare_removed(reader, before);
    }
  }
  for (const NamedSchema& now : reader.properties) {
    if (!spend(1)) return;
    if (writer.properties.find(now.name) != nullptr) continue;
    const Place::Step property(place_, now.name);
    compare_added(writer, reader, now);
  }
}

void Comparison::compare_removed(const ObjectKeywords& reader, const NamedSchema& removed) {
  if (is_open(reader)) return;
  const std::string name = clipped(removed.name);
  if (const Node* cover = cover_of(reader, removed.name)) {
    compare(removed.schema, cover);
    if (fits(*removed.schema, *cover)) return;
    note("PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
         cat("The writer's ", name,
             " is no property of this schema any more and does not fit what "
             "it allows beside its properties: keep ",
             name, ", or widen that schema."));
  } else if (!is_nothing(*removed.schema)) {
    note("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL",
         cat("The writer's ", name,
             " is no property of this schema any more, which allows no others: "
             "keep ",
             name, ", or open the schema."));
  }
}

void Comparison::compare_added(const ObjectKeywords& writer, const ObjectKeywords& reader,
                               const NamedSchema& added) {
  if (is_open(writer)) {
    if (!is_anything(*added.schema)) note_added_to_open(reader, added);
    return;
  }
  const std::string name = clipped(added.name);
  if (const Node* cover = cover_of(writer, added.name)) {
    compare(cover, added.schema);
    if (!fits(*cover, *added.schema)) {
      note("PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
           cat("What the writer's schema allows as ", name,
               " does not fit this schema's: give it that schema, or another name."));
    }
  }
  if (!reader.requires_property(added.name) || added.schema->has_default) return;
  note("REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL",
       cat("This schema requires ", name,
           ", which the writer's data has not: make it optional or give it a default."));
}

void Comparison::note_added_to_open(const ObjectKeywords& reader, const NamedSchema& added) {
  std::string_view rule = "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL";
  if (reader.requires_property(added.name)) {
    rule = added.schema->has_default ? "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL"
                                     : "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL";
  }
  const std::string name = clipped(added.name);
  note(rule,
       cat("The writer's schema is open, so its data may have any ", name,
           ", also one that does not fit this schema's: let it be anything (true), or close the "
           "writer's schema first (additionalProperties: false)."));
}

bool Comparison::is_open(const ObjectKeywords& object) {
  return object.pattern_properties.empty() &&
         leaves_open(rest_of(object.additional_properties), object.unevaluated_properties);
}

const Node* Comparison::cover_of(const ObjectKeywords& object, std::string_view name) {
  spend(object.pattern_properties.size());
  for (const PatternSchema& property : object.pattern_properties) {
    if (property.pattern->found_in(name) == true) return property.schema;
  }
  return covering(rest_of(object.additional_properties), object.unevaluated_properties);
}

}  // namespace millrace::schema::json_schema
