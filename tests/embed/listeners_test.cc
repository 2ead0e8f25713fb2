#include "embed/listeners.h"

#include <gtest/gtest.h>

namespace millrace::embed {
namespace {

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
}  // namespace millrace::embed
