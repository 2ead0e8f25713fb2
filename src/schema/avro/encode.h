// From JSON to Avro's binary encoding.
#pragma once

#include <string>

#include "json/value.h"
#include "millrace/result.h"
#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// What one record may become.
inline constexpr size_t kEncodedSizeMax = 256 << 20;

/// The value, in Avro's JSON encoding, as bytes of the type: what kafka-avro-console-producer
/// takes. Unions are more tolerant here (choose_branch), and a record may leave out fields that
/// have defaults; a member that is no field is an error, so that a misspelt name is not taken for a
/// missing one. Numbers of logical types are written as their underlying type has them. Errors
/// (invalid_request): what does not fit and where; nested too deep, too large.
Result<std::string> encode(const Type& type, const json::Value& value);

}  // namespace millrace::schema::avro
