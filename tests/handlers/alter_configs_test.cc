#include "wire/messages/alter_configs.h"

#include "broker/group_configs.h"
#include "handlers/config_resources.h"
#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::AlterConfigsRequest;
using Response = wire::AlterConfigsResponse;
using Configs = std::vector<Request::Config>;
using Values = broker::ConfigValues;

class AlterConfigs : public HandlersTest {
 protected:
  AlterConfigs() { create("t"); }

  ErrorCode alter(int8_t type, const std::string& name, Configs configs,
                  bool validate_only = false) {
    const Request request{.resources = {{.resource_type = type,
                                         .resource_name = name,
                                         .configs = std::move(configs)}},
                          .validate_only = validate_only};
    return ask<Response>(request, 2).responses.at(0).error_code;
  }
  Values of_topic() { return catalog().find("t")->config; }
};

TEST_F(AlterConfigs, ATopicHasTheNewValuesAndNoOthers) {
  EXPECT_EQ(alter(kTopicResource, "t", {{"retention.ms", "1000"}, {"cleanup.policy", "compact"}}),
            ErrorCode::none);
  EXPECT_EQ(of_topic(), (Values{{"cleanup.policy", "compact"}, {"retention.ms", "1000"}}));
  EXPECT_EQ(alter(kTopicResource, "t", {{"segment.bytes", "2000000"}}), ErrorCode::none);
  EXPECT_EQ(of_topic(), (Values{{"segment.bytes", "2000000"}}));
  EXPECT_EQ(alter(kTopicResource, "t", {}), ErrorCode::none);
  EXPECT_EQ(of_topic(), Values());
}

TEST_F(AlterConfigs, TheBrokerHasTheNewValuesAndNoOthers) {
  const auto value = [&](std::string_view key) { return broker_->config()->number(key); };
  const int64_t before = value("log.retention.ms");
  EXPECT_EQ(alter(kBrokerResource, "1", {{"log.retention.ms", "5000"}}), ErrorCode::none);
  EXPECT_EQ(value("log.retention.ms"), 5000);
  EXPECT_EQ(alter(kBrokerResource, "1", {{"log.segment.bytes", "2000000"}}), ErrorCode::none);
  EXPECT_EQ(value("log.retention.ms"), before);
  EXPECT_EQ(value("log.segment.bytes"), 2'000'000);
}

TEST_F(AlterConfigs, WhatIsRefusedChangesNothing) {
  ASSERT_EQ(alter(kTopicResource, "t", {{"retention.ms", "1000"}}), ErrorCode::none);
  const Values before = of_topic();
  EXPECT_EQ(alter(kTopicResource, "t", {{"segment.bytes", "-4"}}), ErrorCode::invalid_config);
  EXPECT_EQ(alter(kTopicResource, "t", {{"unheard.of", "1"}}), ErrorCode::invalid_config);
  EXPECT_EQ(alter(kTopicResource, "t", {{"retention.ms", std::nullopt}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(alter(kTopicResource, "t", {{"retention.ms", "1"}, {"retention.ms", "2"}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(alter(kTopicResource, "t", {{"segment.bytes", "2000000"}}, true), ErrorCode::none);
  EXPECT_EQ(of_topic(), before);
}

TEST_F(AlterConfigs, UnknownResourcesAreRefused) {
  EXPECT_EQ(alter(kTopicResource, "unknown", {}), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(alter(kBrokerResource, "9", {}), ErrorCode::invalid_request);
  EXPECT_EQ(alter(16, "1", {}), ErrorCode::invalid_request);
  EXPECT_EQ(alter(kTopicResource, "", {}), ErrorCode::invalid_request) << "no default for topics";
  EXPECT_EQ(alter(kTopicResource, "a/b", {}), ErrorCode::invalid_topic_exception);
}

TEST_F(AlterConfigs, ABadValueOfTheBrokerIsABadRequest) {
  EXPECT_EQ(alter(kBrokerResource, "1", {{"log.retention.ms", "soon"}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(alter(kBrokerResource, "1", {{"node.id", "2"}}), ErrorCode::invalid_request);
}

TEST_F(AlterConfigs, AGroupHasTheNewValuesAndNoOthers) {
  EXPECT_EQ(alter(kGroupResource, "g", {{"consumer.session.timeout.ms", "50000"}}),
            ErrorCode::none);
  EXPECT_EQ(broker_->group_configs().get("g").session_timeout_ms, 50'000);
  EXPECT_EQ(alter(kGroupResource, "g", {}), ErrorCode::none);
  EXPECT_EQ(broker_->group_configs().get("g").session_timeout_ms, 45'000);
}

TEST_F(AlterConfigs, LoggersAreNotForThisApi) {
  EXPECT_EQ(alter(kBrokerLoggerResource, "1", {{"root", "INFO"}}), ErrorCode::invalid_request);
}

TEST_F(AlterConfigs, AResourceIsNamedOnce) {
  Request request;
  request.resources = {{.resource_type = kTopicResource, .resource_name = "t"},
                       {.resource_type = kTopicResource, .resource_name = "t"}};
  for (const auto& answer : ask<Response>(request, 2).responses) {
    EXPECT_EQ(answer.error_code, ErrorCode::invalid_request);
  }
}

}  // namespace
}  // namespace millrace::handlers
