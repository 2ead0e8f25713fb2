#include "broker/config/group_config.h"

#include "base/assert.h"
#include "base/text.h"
#include "base/try.h"
#include "broker/config/config_entry.h"

namespace millrace::broker {
namespace {

constexpr std::string_view kSessionTimeout = "consumer.session.timeout.ms";
constexpr std::string_view kHeartbeatInterval = "consumer.heartbeat.interval.ms";
constexpr std::string_view kAssignmentInterval = "consumer.assignment.interval.ms";

int32_t value_of(std::string_view name, const ConfigValues& own, const BrokerConfig& broker) {
  const ConfigKey* key = find_key(ConfigScope::group, name);
  MILL_ASSERT(key != nullptr, "a group key that is not in the table");
  return static_cast<int32_t>(number_of(effective_value(*key, own, broker).value_or("")));
}

// `own_key` is `consumer.` and a word; the bounds are `group.consumer.min.` and so on with that
// word.
Result<void> check_bounds(std::string_view own_key, const ConfigValues& own,
                          const BrokerConfig& broker) {
  if (!own.contains(own_key)) return {};
  const auto word = own_key.substr(std::string_view("consumer.").size());
  const int32_t value = value_of(own_key, own, broker);
  const std::string min_key = cat("group.consumer.min.", word);
  const std::string max_key = cat("group.consumer.max.", word);
  if (value < broker.int32(min_key)) {
    return kafka_error(ErrorCode::invalid_config, cat(own_key, " must be greater than or equal to ",
                                                      min_key, ", ", broker.int32(min_key)));
  }
  if (value > broker.int32(max_key)) {
    return kafka_error(ErrorCode::invalid_config, cat(own_key, " must be less than or equal to ",
                                                      max_key, ", ", broker.int32(max_key)));
  }
  return {};
}

}  // namespace

GroupConfig GroupConfig::from(const ConfigValues& own, const BrokerConfig& broker) {
  return {.session_timeout_ms = value_of(kSessionTimeout, own, broker),
          .heartbeat_interval_ms = value_of(kHeartbeatInterval, own, broker),
          .assignment_interval_ms = value_of(kAssignmentInterval, own, broker)};
}

Result<void> check_group_config(const ConfigValues& own, const BrokerConfig& broker) {
  for (const auto key : {kSessionTimeout, kHeartbeatInterval, kAssignmentInterval}) {
    MILL_CHECK(check_bounds(key, own, broker));
  }
  const GroupConfig config = GroupConfig::from(own, broker);
  if (config.session_timeout_ms <= config.heartbeat_interval_ms) {
    return kafka_error(ErrorCode::invalid_config,
                       cat(kSessionTimeout, " must be greater than ", kHeartbeatInterval));
  }
  return {};
}

}  // namespace millrace::broker
