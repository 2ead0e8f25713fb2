// What consumers tell each other through their group: subscriptions and assignments, in the format
// of Kafka's consumers (ConsumerProtocolSubscription, ConsumerProtocolAssignment).
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "client/topic_partition.h"
#include "millrace/result.h"

namespace millrace::client {

/// Version 0: what every client reads.
Bytes encode_subscription(const std::vector<std::string>& topics);
/// The topics of a subscription of any version; `malformed` where the bytes are none.
Result<std::vector<std::string>> decode_subscription(ByteView bytes);

Bytes encode_assignment(const std::vector<TopicPartition>& partitions);
/// No bytes are an empty assignment.
Result<std::vector<TopicPartition>> decode_assignment(ByteView bytes);

}  // namespace millrace::client
