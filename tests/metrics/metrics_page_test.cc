// docs/metrics.md and the dashboard beside it against what a scrape tells.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "base/text.h"
#include "metrics/scraped.h"
#include "project_files.h"

namespace millrace::metrics {
namespace {

std::string page(const char* name) {
  std::ifstream file(project_file(cat("docs/", name)));
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// Type, labels and meaning by name.
std::map<std::string, std::vector<std::string>> documented() {
  static const std::regex row(R"(\| `([a-z_]+)` \| ([a-z]+) \| ([a-z, ]*?) ?\| (.*) \|)");
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines(page("metrics.md"));
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, found, row)) rows[found[1]] = {found[2], found[3], found[4]};
  }
  return rows;
}

class MetricsPage : public EndpointTest {};

TEST_F(MetricsPage, HasEveryMetricThatIsToldAndNoOther) {
  open({}, {.dir = std::string(in_memory), .manual = true});
  const auto rows = documented();
  const auto told = scrape().metrics;
  for (const auto& [name, metric] : told) {
    ASSERT_TRUE(rows.contains(name)) << name << " is not in docs/metrics.md";
    const auto& row = rows.at(name);
    EXPECT_EQ(row[0], metric.type) << name;
    EXPECT_EQ(row[2], metric.help) << name;
    for (const auto& labels : metric.labels) EXPECT_EQ(row[1], labels) << name;
  }
  for (const auto& [name, row] : rows) EXPECT_TRUE(told.contains(name)) << name << " is not told";
}

TEST_F(MetricsPage, NamesEndAsPrometheusAsks) {
  for (const auto& [name, row] : documented()) {
    EXPECT_EQ(name.ends_with("_total"), row[0] == "counter") << name;
    if (row[0] == "histogram") {
      EXPECT_TRUE(name.ends_with("_seconds")) << name;
    }
  }
}

TEST_F(MetricsPage, TheDashboardAsksOnlyForThem) {
  const auto rows = documented();
  const std::string dashboard = page("grafana/millrace.json");
  static const std::regex expression("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"");
  static const std::regex word("[a-z]+_[a-z_]+");
  static const std::regex suffix("_(bucket|sum|count)$");
  // Of the query language, and Grafana's $__rate_interval.
  static const std::set<std::string> functions = {"histogram_quantile", "rate_interval"};
  size_t expressions = 0;
  for (std::sregex_iterator each(dashboard.begin(), dashboard.end(), expression), end; each != end;
       ++each) {
    ++expressions;
    const std::string query = (*each)[1];
    for (std::sregex_iterator name(query.begin(), query.end(), word); name != end; ++name) {
      const std::string text = name->str();
      const std::string base = std::regex_replace(text, suffix, "");
      const bool is_histogram = rows.contains(base) && rows.at(base)[0] == "histogram";
      EXPECT_TRUE(functions.contains(text) || rows.contains(text) || (base != text && is_histogram))
          << text << " in " << query;
    }
  }
  EXPECT_GT(expressions, 10U);
}

}  // namespace
}  // namespace millrace::metrics
