// TopicViews: what sending threads know of topics.
#pragma once

#include <atomic>
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

/// Thread-safe: the sender publishes, sending threads look up. Each thread remembers what it looked
/// up last, so that it needs no lock while it sends to one topic and nothing is published.
class TopicViews {
 public:
  /// Null where nothing is known; good until this thread's next call, of whatever producer.
  const TopicView* find(std::string_view topic) const {
    thread_local Memory last;
    const uint64_t state = state_.load(std::memory_order_acquire);
    if (last.state == state && last.topic == topic) return last.view.get();
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(topic);
    if (found == views_.end()) return nullptr;
    last = {.state = state_, .topic = found->first, .view = found->second};
    return last.view.get();
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
    state_ = new_state();
    return view;
  }

 private:
  struct Memory {
    uint64_t state = 0;
    std::string topic;
    std::shared_ptr<const TopicView> view;
  };

  /// Never the same twice in a process.
  static uint64_t new_state() {
    static std::atomic<uint64_t> last = 0;
    return ++last;
  }

  mutable std::mutex mutex_;
  /// Changes with what is published.
  std::atomic<uint64_t> state_ = new_state();
  std::map<std::string, std::shared_ptr<const TopicView>, std::less<>> views_;
};

}  // namespace millrace::client
