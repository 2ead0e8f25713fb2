// DescribeConfigs: the values in force of topics, groups, the broker and its loggers, and where
// they come from.
#include "wire/messages/describe_configs.h"

#include <algorithm>

#include "handlers/config_resources.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

wire::DescribeConfigsResponse::Config translate(broker::ConfigEntry entry,
                                                const wire::DescribeConfigsRequest& request) {
  wire::DescribeConfigsResponse::Config config{
      .name = std::move(entry.name),
      .value = std::move(entry.value),
      .read_only = entry.read_only,
      .config_source = static_cast<int8_t>(entry.source),
      .config_type = static_cast<int8_t>(entry.type),
      .documentation = std::nullopt,
  };
  if (request.include_documentation) config.documentation = std::move(entry.documentation);
  if (request.include_synonyms) {
    for (auto& synonym : entry.synonyms) {
      config.synonyms.push_back({.name = std::move(synonym.name),
                                 .value = std::move(synonym.value),
                                 .source = static_cast<int8_t>(synonym.source)});
    }
  }
  return config;
}

}  // namespace

void handle(const DescribeConfigsCall& call) {
  wire::DescribeConfigsResponse response;
  const auto& resources = call.request.resources;
  const bool any_unknown = !std::ranges::all_of(
      resources, is_known_config_resource, &wire::DescribeConfigsRequest::Resource::resource_type);
  for (const auto& asked : resources) {
    auto& answer = response.results.emplace_back();
    answer.resource_type = asked.resource_type;
    answer.resource_name = asked.resource_name;
    if (any_unknown) {
      // As in Kafka, one that there cannot be spoils the whole request.
      answer.error_code = ErrorCode::invalid_request;
      answer.error_message = "Unexpected resource type";
      continue;
    }
    auto entries = describe_resource(call.context, asked.resource_type, asked.resource_name);
    if (!entries) {
      answer.error_code = to_wire(entries.error());
      answer.error_message = entries.error().message();
      continue;
    }
    // No keys and an empty list of keys both ask for all of them.
    const auto& keys = asked.configuration_keys;
    const bool all = !keys || keys->empty();
    for (auto& entry : *entries) {
      if (all || std::ranges::find(*keys, entry.name) != keys->end()) {
        answer.configs.push_back(translate(std::move(entry), call.request));
      }
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
