// Files of the project's own tree, which tests read: recorded bytes and verdicts, pages of docs/.
#pragma once

#include <filesystem>
#include <string_view>

namespace millrace {

/// `name` is relative to the project's directory, say "docs/metrics.md".
std::filesystem::path project_file(std::string_view name);

}  // namespace millrace
