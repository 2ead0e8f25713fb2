// The keywords that mean something to us, by draft. All others are kept in the text and ignored.
#pragma once

#include <string_view>

#include "schema/json_schema/reader.h"

namespace millrace::schema::json_schema {

struct Keyword {
  std::string_view name;
  Draft since;
  Draft until;
  /// Looked at even where `$ref` stands alone.
  bool beside_reference = false;
  /// Checks a value and notes in the node what it says. Errors: a value that it cannot have.
  Result<void> (*read)(Reader& reader, Node& node, const json::Value& value) = nullptr;
};

/// Null where the draft has no such keyword.
const Keyword* find_keyword(std::string_view name, Draft draft);

// The readers of the keywords, by the values that they are about.
namespace read {

using Read = Result<void>(Reader&, Node&, const json::Value&);

Read additional_items, contains, items, items_beside_prefix, max_contains, max_items, min_contains,
    min_items, prefix_items, unevaluated_items, unique_items;

Read additional_properties, dependencies, dependent_required, dependent_schemas, max_properties,
    min_properties, pattern_properties, properties, property_names, required,
    unevaluated_properties;

Read exclusive_maximum, exclusive_maximum_flag, exclusive_minimum, exclusive_minimum_flag, maximum,
    minimum, multiple_of;

Read format, format_annotation, max_length, min_length, pattern;

}  // namespace read

}  // namespace millrace::schema::json_schema
