// How the leader of a classic group shares partitions out, as Kafka's own assignors do.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/consumer/consumer_protocol.h"
#include "client/topic_partition.h"
#include "millrace/options.h"

namespace millrace::client {

struct Subscriber {
  std::string member_id;
  std::optional<std::string> group_instance_id;
  MemberSubscription subscription;
};

/// How many partitions topics have; those that do not exist have none.
using PartitionCounts = std::map<std::string, int32_t>;
/// By member id; every member has an entry, even an empty one.
using Shares = std::map<std::string, std::vector<TopicPartition>>;

/// As on the wire.
std::string_view name_of(Assignor assignor);
std::optional<Assignor> assignor_named(std::string_view name);

/// What the assignor adds to the subscription of a member that is or was in `generation`.
std::optional<Bytes> user_data_of(Assignor assignor, int32_t generation);

Shares share_out(Assignor assignor, std::vector<Subscriber> subscribers,
                 const PartitionCounts& counts);

/// The order in which range and roundrobin take members: static ones by instance id first, the
/// others by member id.
bool comes_before(const Subscriber& a, const Subscriber& b);

/// Each topic's partitions in consecutive ranges over its subscribers; the first ones get one more
/// where it does not come out even.
Shares assign_ranges(std::vector<Subscriber> subscribers, const PartitionCounts& counts);

/// All partitions in turn, whoever does not subscribe to the topic is passed over.
Shares assign_in_turn(std::vector<Subscriber> subscribers, const PartitionCounts& counts);

/// Members keep what they own as far as the balance allows: nobody has two more than another to
/// whom, directly or over others, a partition could go. What one must give up first is nobody's in
/// this generation; it is shared out in the next one, which follows at once (KIP-429).
Shares assign_sticky(std::vector<Subscriber> subscribers, const PartitionCounts& counts);

}  // namespace millrace::client
