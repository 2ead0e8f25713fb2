// What the broker tells its operator, changed while it runs (KIP-412). There is one logger, Kafka's
// "root"; its level holds until it is changed again or the process ends.
#pragma once

#include <span>
#include <vector>

#include "broker/config/config_entry.h"

namespace millrace::handlers {

std::vector<broker::ConfigEntry> describe_broker_loggers();

/// All changes or none: invalid_request for what cannot be done with loggers, invalid_config for
/// loggers and levels that there are not.
Result<void> alter_broker_loggers(std::span<const broker::ConfigChange> changes,
                                  bool validate_only);

}  // namespace millrace::handlers
