// The version of this library and program.
#pragma once

#include <string_view>

namespace millrace {

/// The release as "major.minor.patch" (https://semver.org).
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace millrace
