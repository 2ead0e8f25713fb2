// What Confluent's `normalize` makes of the parts of an Avro schema.
#pragma once

#include "json/value.h"
#include "schema/avro/default_check.h"
#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// By name, in objects within too.
json::Object sorted(const json::Object& properties);

/// A type's properties: those of its logical type first, then the others by name.
json::Object normal_properties(const Type& type);

/// A default, which fits the type, in the form that it has as a value of the type: floats and
/// doubles with a point, the members of records and maps by name. `check` finds the branch where
/// the type is a union; where it is exhausted, the value is only sorted.
json::Value normal_default(const Type& type, const json::Value& value, DefaultCheck& check);

}  // namespace millrace::schema::avro
