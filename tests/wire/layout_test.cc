// The messages against Apache Kafka's own definitions: tests/data/wire/kafka_layouts.txt is made
// from the JSON that its client library carries (kafka_layouts.py; a test of tests/compat keeps it
// fresh).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "base/text.h"
#include "project_files.h"
#include "wire/every_message.h"

namespace millrace::wire::testing {
namespace {

/// For each "name version" the line that kafka_layouts.py wrote, which is as LayoutVisitor's.
std::map<std::string, std::string> kafka_layouts() {
  std::map<std::string, std::string> layouts;
  std::ifstream file(project_file("tests/data/wire/kafka_layouts.txt"));
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    if (tab != std::string::npos) layouts[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return layouts;
}

TEST(Layout, EveryMessageIsWhatApacheKafkaDefines) {
  const auto layouts = kafka_layouts();
  ASSERT_FALSE(layouts.empty());
  for_each_version([&](const MessageKind& kind, int16_t version) {
    const auto defined = layouts.find(cat(kind.name, " ", version));
    ASSERT_NE(defined, layouts.end()) << "Kafka does not have it";
    const bool kafka_is_flexible = defined->second.starts_with("flexible ");
    EXPECT_EQ(kind.is_flexible(version), kafka_is_flexible);
    EXPECT_EQ(kind.layout(version), defined->second.substr(defined->second.find('{')));
  });
}

}  // namespace
}  // namespace millrace::wire::testing
