// Configurations of consumer groups: what is refused, what is shown, what lasts.
#include "broker/group_configs.h"

#include "broker/harness.h"

namespace millrace::broker {
namespace {

constexpr auto kSession = "consumer.session.timeout.ms";
constexpr auto kHeartbeat = "consumer.heartbeat.interval.ms";
constexpr auto kAssignment = "consumer.assignment.interval.ms";

class GroupConfigsTest : public BrokerTest {
 protected:
  GroupConfigs& groups() { return broker().group_configs(); }
  ErrorCode alter(const std::string& group, const std::vector<ConfigChange>& changes,
                  AlterOptions options = {}) {
    return code_of(groups().alter(group, changes, options));
  }
  ConfigEntry entry(const std::string& key, const std::string& group = "g") {
    const auto entries = groups().describe(group);
    for (const auto& found : *entries) {
      if (found.name == key) return found;
    }
    ADD_FAILURE() << key;
    return {};
  }
};

TEST_F(GroupConfigsTest, AGroupWithoutValuesHasTheBrokers) {
  const GroupConfig config = groups().get("g");
  EXPECT_EQ(config.session_timeout_ms, 45'000);
  EXPECT_EQ(config.heartbeat_interval_ms, 5'000);
  EXPECT_EQ(config.assignment_interval_ms, 1'000);
  const auto shown = entry(kSession);
  EXPECT_EQ(shown.source, ConfigSource::default_value);
  ASSERT_EQ(shown.synonyms.size(), 1U);
  EXPECT_EQ(shown.synonyms[0].name, "group.consumer.session.timeout.ms");
  EXPECT_TRUE(groups().names().empty());
}

TEST_F(GroupConfigsTest, AnAlteredValueIsInForceAtOnceAndLasts) {
  ASSERT_EQ(alter("g", {{.name = kSession, .value = "50000"}, {.name = kAssignment, .value = "0"}}),
            ErrorCode::none);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(groups().get("g").session_timeout_ms, 50'000);
    EXPECT_EQ(groups().get("g").assignment_interval_ms, 0);
    EXPECT_EQ(groups().get("other").session_timeout_ms, 45'000);
    EXPECT_EQ(entry(kSession).source, ConfigSource::dynamic_group);
    EXPECT_EQ(entry(kSession).synonyms.size(), 2U);
    EXPECT_EQ(groups().names(), std::vector<std::string>{"g"});
    restart();
  }
}

TEST_F(GroupConfigsTest, WithoutValuesOfItsOwnAGroupIsForgotten) {
  ASSERT_EQ(alter("g", {{.name = kSession, .value = "50000"}}), ErrorCode::none);
  ASSERT_EQ(alter("g", {{.name = kSession, .operation = ConfigChange::Operation::remove}}),
            ErrorCode::none);
  EXPECT_TRUE(groups().names().empty());
  EXPECT_EQ(groups().get("g").session_timeout_ms, 45'000);
}

TEST_F(GroupConfigsTest, AWholeNewSetReplacesTheOldOne) {
  ASSERT_EQ(alter("g", {{.name = kSession, .value = "50000"}}), ErrorCode::none);
  ASSERT_EQ(alter("g", {{.name = kHeartbeat, .value = "6000"}}, {.replace = true}),
            ErrorCode::none);
  EXPECT_EQ(groups().get("g").session_timeout_ms, 45'000);
  EXPECT_EQ(groups().get("g").heartbeat_interval_ms, 6'000);
}

TEST_F(GroupConfigsTest, WhatTheBrokerDoesNotAllowIsRefusedAndChangesNothing) {
  const std::vector<std::pair<const char*, const char*>> refused = {
      {kSession, "44999"}, {kSession, "60001"},   {kHeartbeat, "4999"},   {kHeartbeat, "15001"},
      {kSession, "soon"},  {kAssignment, "-1"},   {kAssignment, "15001"}, {"consumer.unheard", "1"},
      {kSession, ""},      {kHeartbeat, "60000"},
  };
  for (const auto& [key, value] : refused) {
    EXPECT_EQ(alter("g", {{.name = key, .value = value}}), ErrorCode::invalid_config)
        << key << "=" << value;
  }
  EXPECT_EQ(alter("g", {{.name = kSession}}), ErrorCode::invalid_request) << "no value";
  EXPECT_EQ(alter("", {{.name = kSession, .value = "50000"}}), ErrorCode::invalid_request);
  EXPECT_EQ(alter("g", {{.name = kSession, .value = "50000"}}, {.validate_only = true}),
            ErrorCode::none);
  EXPECT_TRUE(groups().names().empty());
}

TEST_F(GroupConfigsTest, ASessionOutlastsAHeartbeat) {
  restart({{"group.consumer.min.session.timeout.ms", "1"}});
  EXPECT_EQ(alter("g", {{.name = kSession, .value = "5000"}}), ErrorCode::invalid_config);
  EXPECT_EQ(alter("g", {{.name = kSession, .value = "5001"}}), ErrorCode::none);
}

TEST_F(GroupConfigsTest, TheEmptyNameIsNoGroup) {
  EXPECT_EQ(code_of(groups().describe("")), ErrorCode::invalid_request);
}

}  // namespace
}  // namespace millrace::broker
