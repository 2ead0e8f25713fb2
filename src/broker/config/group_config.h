// The configuration of one group of the consumer protocol (KIP-848), parsed.
#pragma once

#include <cstdint>

#include "broker/config/broker_config.h"

namespace millrace::broker {

struct GroupConfig {
  /// Values must have been checked; what the group does not set comes from the broker.
  static GroupConfig from(const ConfigValues& own, const BrokerConfig& broker);

  int32_t session_timeout_ms = 0;
  int32_t heartbeat_interval_ms = 0;
  int32_t assignment_interval_ms = 0;
};

/// INVALID_CONFIG where a value that the group sets is outside what the broker allows groups to set
/// (group.consumer.min.… and group.consumer.max.…), or a session would end before a heartbeat.
Result<void> check_group_config(const ConfigValues& own, const BrokerConfig& broker);

}  // namespace millrace::broker
