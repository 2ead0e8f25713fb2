#include "wire/messages/incremental_alter_configs.h"

#include "handlers/config_resources.h"
#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Request = wire::IncrementalAlterConfigsRequest;
using Response = wire::IncrementalAlterConfigsResponse;
using Config = Request::Config;

constexpr int8_t kSet = 0;
constexpr int8_t kAppend = 2;
constexpr int8_t kNoOperation = 4;

class IncrementalAlterConfigs : public HandlersTest {
 protected:
  IncrementalAlterConfigs() { create("t"); }

  ErrorCode alter(int8_t type, const std::string& name, std::vector<Config> configs) {
    const Request request{
        .resources = {
            {.resource_type = type, .resource_name = name, .configs = std::move(configs)}}};
    return ask<Response>(request, 1).responses.at(0).error_code;
  }
};

TEST_F(IncrementalAlterConfigs, AnOperationThatDoesNotSuitItsKeyIsToldBeforeABadName) {
  const Config not_a_list{"retention.ms", kAppend, "1"};
  EXPECT_EQ(alter(kTopicResource, "", {not_a_list}), ErrorCode::invalid_config);
  EXPECT_EQ(alter(kTopicResource, "a/b", {not_a_list}), ErrorCode::invalid_config);
  EXPECT_EQ(alter(kGroupResource, "", {{"consumer.session.timeout.ms", kAppend, "1"}}),
            ErrorCode::invalid_config);
  EXPECT_EQ(alter(kBrokerResource, "9", {{"log.retention.ms", kAppend, "1"}}),
            ErrorCode::invalid_request)
      << "whose broker is looked at first";
}

TEST_F(IncrementalAlterConfigs, ABadNameIsToldBeforeABadValue) {
  EXPECT_EQ(alter(kTopicResource, "", {{"retention.ms", kSet, "soon"}}),
            ErrorCode::invalid_request);
  EXPECT_EQ(alter(kTopicResource, "a/b", {{"retention.ms", kSet, "soon"}}),
            ErrorCode::invalid_topic_exception);
}

TEST_F(IncrementalAlterConfigs, AMissingValueIsToldBeforeAllElse) {
  const std::vector<Config> configs = {{"retention.ms", kAppend, "1"},
                                       {"segment.ms", kSet, std::nullopt}};
  EXPECT_EQ(alter(kTopicResource, "a/b", configs), ErrorCode::invalid_request);
  EXPECT_EQ(
      alter(kBrokerLoggerResource, "1", {{"kafka", kSet, "INFO"}, {"root", kSet, std::nullopt}}),
      ErrorCode::invalid_request);
}

TEST_F(IncrementalAlterConfigs, AnOperationThatThereIsNotIsABadRequest) {
  const Config bad{"retention.ms", kNoOperation, "1"};
  EXPECT_EQ(alter(kTopicResource, "t", {bad}), ErrorCode::invalid_request);
  EXPECT_EQ(alter(kTopicResource, "t", {bad, {"segment.ms", kAppend, "1"}}),
            ErrorCode::invalid_config);
  EXPECT_EQ(alter(kBrokerResource, "1",
                  {{"log.retention.ms", kAppend, "1"}, {"num.partitions", kNoOperation, "1"}}),
            ErrorCode::invalid_request)
      << "those of a broker are looked through first";
  EXPECT_EQ(alter(kBrokerLoggerResource, "1", {{"root", -1, "INFO"}}), ErrorCode::invalid_request);
}

}  // namespace
}  // namespace millrace::handlers
