// TopicViews: what sending threads know of topics.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/admin.h"
#include "millrace/clock.h"

namespace millrace::client {

/// Immutable once published.
struct TopicView {
  int32_t partition_count = 0;
  /// Those with a leader, or all where none has one.
  std::vector<int32_t> available;
  SteadyTime asked_at;
};

/// Thread-safe: the sender publishes, sending threads look up.
class TopicViews {
 public:
  std::shared_ptr<const TopicView> find(std::string_view topic) const {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(topic);
    return found == views_.end() ? nullptr : found->second;
  }

  std::shared_ptr<const TopicView> publish(const TopicDescription& topic, SteadyTime now) {
    auto view = std::make_shared<TopicView>();
    view->partition_count = static_cast<int32_t>(topic.partitions.size());
    view->asked_at = now;
    for (const PartitionDescription& partition : topic.partitions) {
      if (partition.leader >= 0) view->available.push_back(partition.id);
    }
    if (view->available.empty()) {
      for (const PartitionDescription& each : topic.partitions) view->available.push_back(each.id);
    }
    const std::lock_guard lock(mutex_);
    views_[topic.name] = view;
    return view;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const TopicView>, std::less<>> views_;
};

}  // namespace millrace::client
