// UTF-8 (RFC 3629).
#pragma once

#include <string_view>

namespace millrace {

/// Without overlong forms, surrogates and what is above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace millrace
