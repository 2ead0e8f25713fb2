// docs/compatibility.md tells which versions are served; this keeps it true.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "handlers/api_table.h"
#include "project_files.h"

namespace millrace::handlers {
namespace {

/// The rows of the page's table without the names: "| 1 |" and "| 4–18 |".
std::vector<std::pair<std::string, std::string>> told_versions() {
  std::ifstream page(project_file("docs/compatibility.md"));
  std::vector<std::pair<std::string, std::string>> rows;
  for (std::string line; std::getline(page, line) && !line.starts_with("Features finalized");) {
    if (!line.starts_with("| ") || line.size() < 3 || line[2] < '0' || line[2] > '9') continue;
    rows.emplace_back(line.substr(0, line.find(" |") + 2),
                      line.substr(line.rfind("| ", line.size() - 3)));
  }
  return rows;
}

TEST(CompatibilityPage, TellsTheVersionsThatAreServed) {
  std::vector<std::pair<std::string, std::string>> served;
  for (const Api& api : api_table()) {
    const std::string versions = api.version_min == api.version_max
                                     ? cat(api.version_max)
                                     : cat(api.version_min, "–", api.version_max);
    served.emplace_back(cat("| ", api.key, " |"), cat("| ", versions, " |"));
  }
  EXPECT_EQ(told_versions(), served);
}

}  // namespace
}  // namespace millrace::handlers
