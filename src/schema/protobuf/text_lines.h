// Lines of a schema's text, put together the way Square's wire-schema does, which Confluent's
// registry prints with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::schema::protobuf {

/// Appends each line of `text` behind two spaces, and a line's end behind the last. An empty line
/// gets its spaces, too.
void append_indented(std::string& out, std::string_view text);

/// The text as a literal, quotes included. UTF-8 stays as it is; anything else is escaped byte by
/// byte.
std::string quoted(std::string_view text);

/// "[one]", or one a line where there are more; empty without any.
std::string bracketed(const std::vector<std::string>& parts);

}  // namespace millrace::schema::protobuf
