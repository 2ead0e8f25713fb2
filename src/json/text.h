// JSON as text: reading with limits, writing compact or for people.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "millrace/result.h"

namespace millrace::json {

/// Arrays and objects within each other; Jackson's own limit (StreamReadConstraints).
inline constexpr size_t kDepthMax = 1'000;

/// One document with nothing behind it. Of a name that comes twice in an object the last value
/// counts, as with Jackson. Errors (invalid_request): no JSON, with line and column; not UTF-8;
/// nested deeper than kDepthMax.
Result<Value> parse(std::string_view text);

/// Without spaces, members in their order. What is not ASCII stays as it is.
std::string write(const Value& value);
/// Two spaces a level, a line a member.
std::string write_pretty(const Value& value);
/// The text as a JSON string, quotes included.
std::string quote(std::string_view text);

}  // namespace millrace::json
