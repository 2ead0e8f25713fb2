// Groups from outside, as tasks of a gateway.
#pragma once

#include <string>
#include <vector>

#include "client/gateway.h"

namespace millrace::client {

Task<Result<std::vector<GroupListing>>> list_groups(Gateway& gateway, SteadyTime deadline);
Task<Result<GroupDescription>> describe_group(Gateway& gateway, std::string group,
                                              SteadyTime deadline);
Task<Result<void>> delete_group(Gateway& gateway, std::string group, SteadyTime deadline);

Task<Result<Offsets>> committed_offsets(Gateway& gateway, std::string group, SteadyTime deadline);
/// As somebody who is no member.
Task<Result<void>> alter_committed_offsets(Gateway& gateway, std::string group, Offsets offsets,
                                           SteadyTime deadline);
Task<Result<void>> delete_committed_offsets(Gateway& gateway, std::string group,
                                            std::vector<TopicPartition> partitions,
                                            SteadyTime deadline);

}  // namespace millrace::client
