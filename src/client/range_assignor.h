// Kafka's range assignor: each topic's partitions in consecutive ranges over its subscribers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/topic_partition.h"

namespace millrace::client {

inline constexpr const char* kRangeAssignor = "range";

struct Subscriber {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<std::string> topics;
};

/// Every member has an entry, even an empty one. Members are taken in the order in which Kafka's
/// own clients take them: static members by instance id first, the others by member id; the first
/// ones get one partition more where it does not come out even.
std::map<std::string, std::vector<TopicPartition>> assign_ranges(
    std::vector<Subscriber> subscribers, const std::map<std::string, int32_t>& partition_counts);

}  // namespace millrace::client
