// The committed offsets of one group, by topic and partition.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/strong.h"
#include "coordinator/formats.h"

namespace millrace::coordinator {

struct CommittedOffset {
  OffsetValue value;
  /// Where the record stands in `__consumer_offsets`: the later record wins.
  Offset recorded_at;
};

using PartitionOffsets = std::map<int32_t, CommittedOffset>;
using TopicOffsets = std::map<std::string, PartitionOffsets, std::less<>>;

/// Invariant: no topic without partitions. A plain value.
class CommittedOffsets {
 public:
  bool empty() const { return topics_.empty(); }
  const TopicOffsets& topics() const { return topics_; }

  const CommittedOffset* find(std::string_view topic, PartitionId partition) const {
    const auto at_topic = topics_.find(topic);
    if (at_topic == topics_.end()) return nullptr;
    const auto at = at_topic->second.find(partition.value());
    return at == at_topic->second.end() ? nullptr : &at->second;
  }

  /// Ignores a record older than the one known.
  void put(std::string_view topic, PartitionId partition, CommittedOffset offset) {
    auto at_topic = topics_.find(topic);
    if (at_topic == topics_.end()) at_topic = topics_.emplace(topic, PartitionOffsets()).first;
    const auto [at, is_new] = at_topic->second.try_emplace(partition.value(), CommittedOffset());
    if (is_new || at->second.recorded_at <= offset.recorded_at) at->second = std::move(offset);
  }

  /// Removes what was recorded before `tombstone_at`.
  void erase(std::string_view topic, PartitionId partition, Offset tombstone_at) {
    const auto at_topic = topics_.find(topic);
    if (at_topic == topics_.end()) return;
    const auto at = at_topic->second.find(partition.value());
    if (at == at_topic->second.end() || at->second.recorded_at > tombstone_at) return;
    at_topic->second.erase(at);
    if (at_topic->second.empty()) topics_.erase(at_topic);
  }

  int64_t count() const {
    int64_t count = 0;
    for (const auto& [topic, partitions] : topics_) {
      count += static_cast<int64_t>(partitions.size());
    }
    return count;
  }

 private:
  TopicOffsets topics_;
};

}  // namespace millrace::coordinator
