// The texts by which JSON Schemas and JSON values are the same.
#pragma once

#include <string>

#include "json/value.h"

namespace millrace::schema::json_schema {

/// As Jackson writes the parsed tree, members in their order: JsonSchema.canonicalString of
/// Confluent's registry.
std::string canonical_text(const json::Value& schema);

/// The same with the members of every object sorted as Java sorts strings, which is what
/// `normalize=true` does for JSON Schema. The order within arrays stays.
std::string normalized_text(const json::Value& schema);

/// Equal for equal values and for no others: sorted members, and numbers by value (1 is 1.0).
std::string value_key(const json::Value& value);

}  // namespace millrace::schema::json_schema
