// One look at how far a group is behind.
#pragma once

#include <string>

#include "client/gateway.h"
#include "millrace/group_lag.h"

namespace millrace::client {

/// As Admin::group_lag. What a change of leaders or a lost connection breaks is done again.
Task<Result<GroupLag>> group_lag(Gateway& gateway, std::string group, GroupLagOptions options,
                                 SteadyTime deadline);

}  // namespace millrace::client
