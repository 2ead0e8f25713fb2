// What the configuration APIs are asked about.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "broker/config/config_entry.h"
#include "broker/security.h"
#include "handlers/call.h"

namespace millrace::handlers {

/// Kafka's numbers for resources that have a configuration.
inline constexpr int8_t kTopicResource = 2;
inline constexpr int8_t kBrokerResource = 4;
inline constexpr int8_t kBrokerLoggerResource = 8;
inline constexpr int8_t kGroupResource = 32;

/// Whether resources of this type have a configuration.
bool is_known_config_resource(int8_t type);

/// Success where `type` is one that has a configuration here and the caller may do `operation` with
/// it; otherwise the error to answer.
Result<void> check_config_resource(const RequestContext& context, broker::Operation operation,
                                   int8_t type, const std::string& name);

/// The values of a resource, where the caller may see them.
Result<std::vector<broker::ConfigEntry>> describe_resource(const RequestContext& context,
                                                           int8_t type, const std::string& name);

/// invalid_request where the request names this resource more than once.
template <class Resource>
Result<void> check_named_once(const std::vector<Resource>& all, const Resource& resource) {
  const auto same = [&resource](const Resource& other) {
    return other.resource_type == resource.resource_type &&
           other.resource_name == resource.resource_name;
  };
  if (std::ranges::count_if(all, same) == 1) return {};
  return kafka_error(ErrorCode::invalid_request,
                     "Each resource must appear at most once: " + resource.resource_name + ".");
}

/// Changes the values of a resource, where the caller may.
Result<void> alter_resource(const RequestContext& context, int8_t type, const std::string& name,
                            std::span<const broker::ConfigChange> changes,
                            broker::AlterOptions options);

}  // namespace millrace::handlers
