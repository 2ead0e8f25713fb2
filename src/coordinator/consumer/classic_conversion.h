// From the classic protocol to the consumer protocol and back, while members go on.
#pragma once

#include <set>
#include <string>

#include "coordinator/consumer/consumer_change.h"
#include "coordinator/consumer/consumer_protocol.h"
#include "coordinator/group.h"
#include "millrace/result.h"

namespace millrace::coordinator {

/// Adds the members of a classic group of consumers to `change`, stable in its generation with the
/// assignment they have. group_id_not_found, with Kafka's sentence, where what members told each
/// other cannot be carried over.
Result<void> add_classic_members(ConsumerChange& change, const Group& group);

/// The members other than `leaving`, all of which speak the classic protocol, as a classic group in
/// the generation of the consumer group's epoch, with their targets as assignments. Needs a member.
Group to_classic_group(const std::string& id, const ConsumerGroup& group,
                       const std::set<std::string>& leaving, const TopicView& topics,
                       int64_t now_ms);

/// `partitions` for a member of the classic protocol, in the version that it speaks.
Bytes encode_for(const ConsumerMember& member, const NamedPartitions& partitions);

}  // namespace millrace::coordinator
