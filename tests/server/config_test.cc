// Configuration as text: files and --set.
#include <gtest/gtest.h>

#include "config_file.h"

namespace millrace::server {
namespace {

TEST(ConfigFile, KeysAndValuesWithCommentsAndBlanks) {
  const auto values = parse_config(
      "# as Kafka writes it\n\n  num.partitions = 3 \n!old comment\nlog.dirs=/a b\r\n"
      "listeners=PLAINTEXT://:9092\nadvertised.listeners=\nnum.partitions=4",
      "server.properties");
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ(*values, (broker::ConfigValues{{"num.partitions", "4"},
                                           {"log.dirs", "/a b"},
                                           {"listeners", "PLAINTEXT://:9092"},
                                           {"advertised.listeners", ""}}));
}

TEST(ConfigFile, MistakeIsToldWithFileAndLine) {
  for (const char* text :
       {"num.partitions=1\nno equals sign\n", "num.partitions=1\n=value\n",
        "num.partitions=1\nnum.partitoins=1\n", "num.partitions=1\nnum.partitions=one\n"}) {
    const auto values = parse_config(text, "some.properties");
    ASSERT_FALSE(values.has_value()) << text;
    EXPECT_NE(values.error().message().find("some.properties line 2"), std::string::npos)
        << values.error().message();
  }
}

TEST(ConfigFile, FileThatIsNotThereIsNamed) {
  const auto values = read_config_file("/nonexistent/some.properties");
  ASSERT_FALSE(values.has_value());
  EXPECT_NE(values.error().message().find("/nonexistent/some.properties"), std::string::npos);
}

TEST(ConfigFile, SettingReplacesWhatTheFileSaid) {
  broker::ConfigValues values{{"num.partitions", "3"}};
  ASSERT_TRUE(apply_setting("num.partitions=5", values).has_value());
  EXPECT_EQ(values["num.partitions"], "5");
  ASSERT_TRUE(apply_setting("log.dir=a=b", values).has_value());
  EXPECT_EQ(values["log.dir"], "a=b");
  for (const char* wrong : {"num.partitions", "num.partitions=-1", "num.partitoins=5"}) {
    EXPECT_FALSE(apply_setting(wrong, values).has_value()) << wrong;
  }
  EXPECT_EQ(values["num.partitions"], "5");
}

}  // namespace
}  // namespace millrace::server
