// Two texts line by line: what went and what came.
#pragma once

#include <string>
#include <string_view>

namespace millrace::server {

/// As `diff -u` writes hunks, without their headers: "-" in front of lines of `before` that are not
/// in `after`, "+" in front of new ones, a space in front of up to three lines around them; "..."
/// stands for what is left out in between. Empty where both are the same. Where the part that
/// differs is very long (the product of both sides' lines exceeds four million) all of it counts as
/// replaced.
std::string line_difference(std::string_view before, std::string_view after);

}  // namespace millrace::server
