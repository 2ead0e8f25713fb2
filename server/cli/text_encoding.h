// Bytes as text: JSON strings, and base64 for what is no UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace millrace::server {

/// Appends a JSON string with its quotes; `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);
std::string to_base64(std::string_view bytes);

}  // namespace millrace::server
