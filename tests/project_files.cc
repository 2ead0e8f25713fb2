#include "project_files.h"

namespace millrace {

std::filesystem::path project_file(std::string_view name) {
  return std::filesystem::path(MILL_PROJECT_DIR) / name;
}

}  // namespace millrace
