// Numbers as Java writes them: what Avro's own library, and so the registry, makes of a JSON
// number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/value.h"

namespace millrace::schema::avro {

/// "1.0", "0.001", "1.0E7": the shortest digits that read back as the same number, with an exponent
/// below 0.001 and from ten million on; "NaN", "Infinity", "-Infinity".
std::string number_text(double value);
std::string number_text(float value);

/// NaN, Infinity and -Infinity, which JSON has no numbers for.
bool is_number_word(std::string_view text);

/// The number, or number word, that the text is; nothing where it is something else.
std::optional<double> number_of(const std::string& text);

/// The double as JSON: a number, or a text with the number word.
json::Value double_value(double value);

/// The document with each number that has a fraction or an exponent as the nearest double; whole
/// numbers stay as they are.
json::Value with_java_numbers(json::Value value);

}  // namespace millrace::schema::avro
