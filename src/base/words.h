// Words that may be written in any case.
#pragma once

#include <string_view>

namespace millrace {

/// True where they differ in the case of ASCII letters alone.
bool same_word(std::string_view a, std::string_view b);

}  // namespace millrace
