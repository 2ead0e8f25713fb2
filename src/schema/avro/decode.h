// From Avro's binary encoding to JSON.
#pragma once

#include <string>
#include <string_view>

#include "millrace/result.h"
#include "schema/avro/type.h"

namespace millrace::schema::avro {

/// The bytes, a value of the type with nothing behind it, in Avro's JSON encoding: unions as
/// {"branch": value}, bytes as a text with a character each, NaN and infinities as texts, logical
/// types as their underlying type has them.
///
/// Lengths are checked against the bytes before anything is allocated for them. A schema may make
/// much of few bytes (an array of nulls has none for its items), so the values and the text may not
/// be more than a multiple of the bytes. Errors (corrupt_message): bytes that are no such value,
/// and where; limits that are exceeded.
Result<std::string> decode(const Type& type, std::string_view bytes);

}  // namespace millrace::schema::avro
