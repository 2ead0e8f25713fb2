// Configuration as text: files, --set, listeners.
#include <gtest/gtest.h>

#include "config_file.h"
#include "listeners.h"

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

TEST(Listeners, AreReadAsKafkaWritesThem) {
  const auto endpoints = parse_listeners("listeners", "PLAINTEXT://:9092, PLAINTEXT://[::1]:1");
  ASSERT_TRUE(endpoints.has_value());
  ASSERT_EQ(endpoints->size(), 2U);
  EXPECT_EQ(endpoints->at(0).to_string(), "0.0.0.0:9092");
  EXPECT_EQ(endpoints->at(1).to_string(), "[::1]:1");
  EXPECT_TRUE(parse_listeners("listeners", "")->empty());
}

TEST(Listeners, AreWrittenAsTheyAreRead) {
  const std::string_view text = "PLAINTEXT://127.0.0.1:9092,PLAINTEXT://[::1]:1";
  EXPECT_EQ(format_listeners(*parse_listeners("listeners", text)), text);
  EXPECT_EQ(format_listeners({}), "");
}

TEST(Listeners, MistakeIsToldWithTheKey) {
  for (const char* text : {"SSL://host:9093", "host:9092", "PLAINTEXT://host", "CONTROLLER://:1"}) {
    const auto endpoints = parse_listeners("advertised.listeners", text);
    ASSERT_FALSE(endpoints.has_value()) << text;
    EXPECT_NE(endpoints.error().message().find("advertised.listeners"), std::string::npos);
  }
}

}  // namespace
}  // namespace millrace::server
