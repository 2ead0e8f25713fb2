// MemoryTopics: topics that exist because the test says so.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/consumer/topic_view.h"

namespace millrace::coordinator {

/// Owned by one thread.
class MemoryTopics final : public TopicView {
 public:
  /// A topic whose id is `number` in each byte; creates it or changes its partitions.
  Uuid put(const std::string& name, int32_t partition_count, int number = 0) {
    ++version_;
    auto [at, is_new] = topics_.try_emplace(name);
    if (is_new) {
      at->second = {Uuid::random(), name, 0};
      if (number != 0) at->second.id.bytes.fill(static_cast<std::byte>(number));
    }
    at->second.partition_count = partition_count;
    return at->second.id;
  }
  void remove(const std::string& name) {
    ++version_;
    topics_.erase(name);
  }

  std::optional<TopicInfo> find_topic(std::string_view name) const override {
    const auto found = topics_.find(name);
    if (found == topics_.end()) return std::nullopt;
    return found->second;
  }
  std::optional<TopicInfo> find_topic(const Uuid& id) const override {
    for (const auto& [name, topic] : topics_) {
      if (topic.id == id) return topic;
    }
    return std::nullopt;
  }
  std::vector<std::string> topic_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, topic] : topics_) names.push_back(name);
    return names;
  }
  int64_t topics_version() const override { return version_; }

 private:
  std::map<std::string, TopicInfo, std::less<>> topics_;
  int64_t version_ = 0;
};

}  // namespace millrace::coordinator
