// JSON as text: reading with limits, writing compact or for people.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "millrace/result.h"

namespace millrace::json {

/// Arrays and objects within each other; Jackson's own limit (StreamReadConstraints).
inline constexpr size_t kDepthMax = 1'000;
/// Values in one document. One takes up to 100 bytes of memory, and two of its text.
inline constexpr size_t kValuesMax = 1'000'000;

/// One document with nothing behind it. Of a name that comes twice in an object the last value
/// counts, as with Jackson. Errors (invalid_request): no JSON, with line and column; not UTF-8;
/// nested deeper than kDepthMax; more than `values_max` values, the document and what is in it.
Result<Value> parse(std::string_view text, size_t values_max = kValuesMax);

/// Without spaces, members in their order. What is not ASCII stays as it is.
std::string write(const Value& value);
/// Two spaces a level, a line a member.
std::string write_pretty(const Value& value);
/// The text as a JSON string, quotes included.
std::string quote(std::string_view text);

}  // namespace millrace::json
