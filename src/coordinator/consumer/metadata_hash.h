// The hash of topics by which a group notices that they changed.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "coordinator/consumer/topic_view.h"

namespace millrace::coordinator {

/// Kafka's hash (XXH3) over id, name and partitions; racks are not known here.
int64_t topic_hash(const TopicInfo& topic);
/// Over the hashes of those of `names` that exist, in the order of names; 0 where none does.
int64_t metadata_hash(const std::set<std::string>& names, const TopicView& topics);

}  // namespace millrace::coordinator
