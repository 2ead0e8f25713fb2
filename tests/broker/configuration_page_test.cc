#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "broker/config/config_key.h"
#include "project_files.h"

namespace millrace::broker {
namespace {

TEST(ConfigurationPage, IsWhatTheTablesSay) {
  const auto path = project_file("docs/configuration.md");
  if (std::getenv("MILLRACE_WRITE_DOCS") != nullptr) {
    std::ofstream(path, std::ios::binary) << configuration_page();
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  EXPECT_TRUE(contents.str() == configuration_page())
      << "docs/configuration.md is out of date; write it anew with\n"
         "  MILLRACE_WRITE_DOCS=1 broker_tests --gtest_filter='ConfigurationPage.*'";
}

TEST(ConfigurationPage, EveryDefaultIsLegalAndEveryKeyHasAMeaning) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    for (const ConfigKey& key : keys) {
      EXPECT_FALSE(key.doc.empty()) << key.name;
      if (key.default_value == "null") continue;
      const auto legal = check_value(key, key.default_value);
      EXPECT_TRUE(legal) << legal.error().to_string();
    }
  }
}

TEST(ConfigurationPage, EveryInheritedKeyExistsWithTheSameType) {
  for (const ConfigKey& key : topic_keys()) {
    for (const ConfigParent& parent : key.parents) {
      ASSERT_TRUE(find_key(ConfigScope::broker, parent.name) != nullptr) << parent.name;
    }
  }
}

}  // namespace
}  // namespace millrace::broker
