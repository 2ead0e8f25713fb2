// Characters of Avro's texts and bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::schema::avro {

/// A byte for each character of the UTF-8 text, as Avro's JSON writes bytes (ISO-8859-1); nothing
/// where a character is above U+00FF.
std::optional<std::string> latin1_of(std::string_view utf8);
/// The reverse.
std::string utf8_of_latin1(std::string_view bytes);

}  // namespace millrace::schema::avro
