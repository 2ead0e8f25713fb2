#include "wire/messages/list_config_resources.h"

#include "handlers/config_resources.h"
#include "handlers/harness.h"

namespace millrace::handlers {
namespace {

using Response = wire::ListConfigResourcesResponse;
using Resources = std::vector<Response::ConfigResource>;

class ListConfigResources : public HandlersTest {
 protected:
  ListConfigResources() {
    create("b");
    create("a");
  }
  Response list(std::vector<int8_t> types, int16_t version = 1) {
    return ask<Response>(wire::ListConfigResourcesRequest{.resource_types = std::move(types)},
                         version);
  }
};

const Response::ConfigResource kBroker{.resource_name = "1", .resource_type = kBrokerResource};
const Response::ConfigResource kLogger{.resource_name = "1",
                                       .resource_type = kBrokerLoggerResource};
const Response::ConfigResource kA{.resource_name = "a", .resource_type = kTopicResource};
const Response::ConfigResource kB{.resource_name = "b", .resource_type = kTopicResource};

TEST_F(ListConfigResources, ListsTheTypesAskedFor) {
  EXPECT_EQ(list({kTopicResource}).config_resources, (Resources{kA, kB}));
  EXPECT_EQ(list({kBrokerResource}).config_resources, Resources{kBroker});
  EXPECT_EQ(list({}).config_resources, (Resources{kBroker, kLogger, kA, kB})) << "none means all";
}

TEST_F(ListConfigResources, KnowsTypesOfWhichThereIsNothing) {
  for (const int8_t type : std::vector<int8_t>{16, 32}) {
    const auto response = list({type});
    EXPECT_EQ(response.error_code, ErrorCode::none);
    EXPECT_TRUE(response.config_resources.empty());
  }
  EXPECT_TRUE(list({}, 0).config_resources.empty()) << "the first version is about client metrics";
}

TEST_F(ListConfigResources, RefusesATypeThatNobodyKnows) {
  for (const int8_t type : std::vector<int8_t>{-1, 0, 1, 99}) {
    EXPECT_EQ(list({kTopicResource, type}).error_code, ErrorCode::unsupported_version);
  }
}

}  // namespace
}  // namespace millrace::handlers
