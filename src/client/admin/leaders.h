// Requests that go to the leaders of partitions: who is asked about what.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/gateway.h"

namespace millrace::client {

/// For each leader and topic the partitions to ask about.
template <class Partition>
using ByLeader = std::map<int32_t, std::map<std::string, std::vector<Partition>>>;

/// Sorts `asked` by leaders; `make(name, value)` is the partition in the request. Fails as
/// Gateway::leader_of. `asked` must live as long as the task.
template <class Partition, class Value, class Make>
Task<Result<ByLeader<Partition>>> by_leader(Gateway& gateway,
                                            const std::map<TopicPartition, Value>& asked, Make make,
                                            SteadyTime deadline) {
  ByLeader<Partition> sorted;
  for (const auto& [name, value] : asked) {
    auto finding = gateway.leader_of(name, deadline);
    MILL_CO_TRY(const int32_t leader, co_await finding);
    sorted[leader][name.topic].push_back(make(name, value));
  }
  co_return sorted;
}

}  // namespace millrace::client
