#include "base/text.h"
#include "client/admin/topics.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/incremental_alter_configs.h"

namespace millrace::client {
namespace {

// Where a value comes from, by the numbers of the protocol: what was set for the resource itself.
constexpr int8_t kFromTopic = 1;
constexpr int8_t kFromBroker = 2;
constexpr int8_t kSet = 0;
constexpr int8_t kDelete = 1;

std::string name_of(ResourceKind kind, const std::string& name) {
  return cat("configuration of ", kind == ResourceKind::topic ? "topic '" : "broker '", name, "'");
}

/// A broker answers for itself, any broker for topics.
Task<Result<LinkPtr>> link_for(Gateway& gateway, ResourceKind kind, std::string name,
                               SteadyTime by) {
  if (kind == ResourceKind::topic) {
    auto reaching = gateway.any(by);
    auto link = co_await reaching;
    co_return link;
  }
  auto linking = gateway.node(std::stoi(name), Lane::requests, by);
  auto link = co_await linking;
  co_return link;
}

template <class Response, class Request>
Task<Result<Response>> ask(Gateway& gateway, ResourceKind kind, std::string name, Request request,
                           SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) { return link_for(gateway, kind, name, by); };
  auto finding = gateway.retrying<LinkPtr>(deadline, attempt);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto asking = call<Response>(gateway.driver(), std::move(link), std::move(request),
                               gateway.request_deadline(deadline));
  auto response = co_await asking;
  co_return response;
}

}  // namespace

Task<Result<std::vector<ConfigValue>>> describe_config(Gateway& gateway, ResourceKind kind,
                                                       std::string name, SteadyTime deadline) {
  wire::DescribeConfigsRequest request;
  request.resources.push_back({.resource_type = static_cast<int8_t>(kind), .resource_name = name});
  auto asking =
      ask<wire::DescribeConfigsResponse>(gateway, kind, name, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.results.empty()) co_return nothing_about(cat("the ", name_of(kind, name)));
  const auto& result = response.results.front();
  MILL_CO_CHECK(
      check_code(result.error_code, name_of(kind, name), result.error_message.value_or("")));
  const int8_t own = kind == ResourceKind::topic ? kFromTopic : kFromBroker;
  std::vector<ConfigValue> values;
  for (const auto& config : result.configs) {
    values.push_back(
        {.name = config.name, .value = config.value, .own = config.config_source == own});
  }
  std::ranges::sort(values, {}, &ConfigValue::name);
  co_return values;
}

Task<Result<void>> alter_config(Gateway& gateway, ResourceKind kind, std::string name,
                                ConfigEdits edits, SteadyTime deadline) {
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = static_cast<int8_t>(kind);
  resource.resource_name = name;
  for (const auto& [key, value] : edits.set) {
    resource.configs.push_back({.name = key, .config_operation = kSet, .value = value});
  }
  for (const auto& key : edits.unset) {
    resource.configs.push_back({.name = key, .config_operation = kDelete});
  }
  auto asking =
      ask<wire::IncrementalAlterConfigsResponse>(gateway, kind, name, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.responses.empty()) co_return nothing_about(cat("the ", name_of(kind, name)));
  const auto& result = response.responses.front();
  co_return check_code(result.error_code, name_of(kind, name), result.error_message.value_or(""));
}

}  // namespace millrace::client
