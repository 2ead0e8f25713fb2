#include "client/topics.h"

#include "base/text.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/incremental_alter_configs.h"

namespace millrace::client {
namespace {

constexpr int8_t kTopicResource = 2;
constexpr int8_t kFromTopic = 1;
constexpr int8_t kSet = 0;
constexpr int8_t kDelete = 1;

int32_t milliseconds_of(const Cluster& cluster) {
  return static_cast<int32_t>(cluster.timeout().count());
}

Error nothing_about(const std::string& topic) {
  return client_error(ClientErrc::malformed, cat("the broker said nothing about '", topic, "'"));
}

template <class Response, class Request>
Result<Response> ask_controller(Cluster& cluster, const Request& request, CallLimits limits) {
  MILL_TRY(BrokerLink* const link,
           cluster.retrying(limits, [&] { return cluster.controller(limits); }));
  return link->call<Response>(request, limits);
}

/// Any broker answers about configuration.
template <class Response, class Request>
Result<Response> ask_any(Cluster& cluster, const Request& request, CallLimits limits) {
  MILL_TRY(BrokerLink* const link, cluster.retrying(limits, [&] { return cluster.any(limits); }));
  return link->call<Response>(request, limits);
}

}  // namespace

Result<void> create_topic(Cluster& cluster, const NewTopic& topic, CallLimits limits) {
  wire::CreateTopicsRequest request{.timeout_ms = milliseconds_of(cluster)};
  auto& wanted = request.topics.emplace_back();
  wanted.name = topic.name;
  wanted.num_partitions = topic.partitions;
  wanted.replication_factor = topic.replication_factor;
  for (const auto& [name, value] : topic.configs) {
    wanted.configs.push_back({.name = name, .value = value});
  }
  MILL_TRY(const auto response,
           ask_controller<wire::CreateTopicsResponse>(cluster, request, limits));
  if (response.topics.empty()) return nothing_about(topic.name);
  const auto& result = response.topics.front();
  return check_code(result.error_code, cat("creating topic '", topic.name, "'"),
                    result.error_message.value_or(""));
}

Result<void> delete_topic(Cluster& cluster, const std::string& name, CallLimits limits) {
  wire::DeleteTopicsRequest request{.timeout_ms = milliseconds_of(cluster)};
  request.topics.push_back({.name = name});
  request.topic_names.push_back(name);
  MILL_TRY(const auto response,
           ask_controller<wire::DeleteTopicsResponse>(cluster, request, limits));
  if (response.responses.empty()) return nothing_about(name);
  const auto& result = response.responses.front();
  cluster.forget();
  return check_code(result.error_code, cat("deleting topic '", name, "'"),
                    result.error_message.value_or(""));
}

Result<void> add_partitions(Cluster& cluster, const std::string& topic, int32_t count,
                            CallLimits limits) {
  wire::CreatePartitionsRequest request{.timeout_ms = milliseconds_of(cluster)};
  request.topics.push_back({.name = topic, .count = count});
  MILL_TRY(const auto response,
           ask_controller<wire::CreatePartitionsResponse>(cluster, request, limits));
  if (response.results.empty()) return nothing_about(topic);
  const auto& result = response.results.front();
  cluster.forget();
  return check_code(result.error_code, cat("topic '", topic, "' to ", count, " partitions"),
                    result.error_message.value_or(""));
}

Result<std::vector<ConfigValue>> describe_topic_config(Cluster& cluster, const std::string& topic,
                                                       CallLimits limits) {
  wire::DescribeConfigsRequest request;
  request.resources.push_back({.resource_type = kTopicResource, .resource_name = topic});
  MILL_TRY(const auto response, ask_any<wire::DescribeConfigsResponse>(cluster, request, limits));
  if (response.results.empty()) return nothing_about(topic);
  const auto& result = response.results.front();
  MILL_CHECK(check_code(result.error_code, cat("configuration of topic '", topic, "'"),
                        result.error_message.value_or("")));
  std::vector<ConfigValue> values;
  for (const auto& config : result.configs) {
    values.push_back(
        {.name = config.name, .value = config.value, .own = config.config_source == kFromTopic});
  }
  std::ranges::sort(values, {}, &ConfigValue::name);
  return values;
}

Result<void> alter_topic_config(Cluster& cluster, const std::string& topic,
                                const ConfigEdits& edits, CallLimits limits) {
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kTopicResource;
  resource.resource_name = topic;
  for (const auto& [name, value] : edits.set) {
    resource.configs.push_back({.name = name, .config_operation = kSet, .value = value});
  }
  for (const auto& name : edits.unset) {
    resource.configs.push_back({.name = name, .config_operation = kDelete});
  }
  MILL_TRY(const auto response,
           ask_any<wire::IncrementalAlterConfigsResponse>(cluster, request, limits));
  if (response.responses.empty()) return nothing_about(topic);
  const auto& result = response.responses.front();
  return check_code(result.error_code, cat("configuration of topic '", topic, "'"),
                    result.error_message.value_or(""));
}

}  // namespace millrace::client
