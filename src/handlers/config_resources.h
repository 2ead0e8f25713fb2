// What the configuration APIs are asked about.
#pragma once

#include <cstdint>
#include <string>

#include "broker/security.h"
#include "handlers/call.h"

namespace millrace::handlers {

/// Kafka's numbers for resources that have a configuration.
inline constexpr int8_t kTopicResource = 2;
inline constexpr int8_t kBrokerResource = 4;

/// Success where `type` is one that has a configuration here and the caller may do `operation` with
/// it; otherwise the error to answer.
Result<void> check_config_resource(const RequestContext& context, broker::Operation operation,
                                   int8_t type, const std::string& name);

}  // namespace millrace::handlers
