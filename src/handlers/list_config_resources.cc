// ListConfigResources: what has a configuration.
#include "wire/messages/list_config_resources.h"

#include <algorithm>

#include "broker/catalog.h"
#include "broker/group_configs.h"
#include "handlers/config_resources.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

// Known to Kafka; there are none of them here.
constexpr int8_t kClientMetricsResource = 16;
constexpr int8_t kKnown[] = {kTopicResource, kBrokerResource, kBrokerLoggerResource,
                             kClientMetricsResource, kGroupResource};

// Below this version the request is about client metrics only.
constexpr int16_t kFirstWithTypes = 1;

}  // namespace

void handle(const ListConfigResourcesCall& call) {
  if (!call.context.allowed_on_cluster(broker::Operation::describe_configs)) {
    return call.respond({.error_code = ErrorCode::cluster_authorization_failed});
  }
  const auto& types = call.request.resource_types;
  const auto is_unknown = [](int8_t type) {
    return std::ranges::find(kKnown, type) == std::end(kKnown);
  };
  if (std::ranges::any_of(types, is_unknown)) {
    return call.respond({.error_code = ErrorCode::unsupported_version});
  }
  const auto wanted = [&](int8_t type) {
    if (call.version() < kFirstWithTypes) return type == kClientMetricsResource;
    return types.empty() || std::ranges::find(types, type) != types.end();
  };
  broker::Broker& broker = call.context.broker();
  wire::ListConfigResourcesResponse response;
  for (const int8_t type : {kBrokerResource, kBrokerLoggerResource}) {
    if (!wanted(type)) continue;
    response.config_resources.push_back(
        {.resource_name = std::to_string(broker.node_id()), .resource_type = type});
  }
  if (wanted(kTopicResource)) {
    for (const auto& topic : broker.catalog().list()) {
      response.config_resources.push_back(
          {.resource_name = topic->name, .resource_type = kTopicResource});
    }
  }
  if (wanted(kGroupResource)) {
    for (auto& name : broker.group_configs().names()) {
      response.config_resources.push_back(
          {.resource_name = std::move(name), .resource_type = kGroupResource});
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
