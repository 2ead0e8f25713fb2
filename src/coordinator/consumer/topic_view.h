// What groups of the consumer protocol need to know of topics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"

namespace millrace::coordinator {

struct TopicInfo {
  Uuid id;
  std::string name;
  int32_t partition_count = 0;
};

/// Safe from any thread; takes no lock that a group's lock must not be held over.
class TopicView {
 public:
  virtual ~TopicView() = default;

  virtual std::optional<TopicInfo> find_topic(std::string_view name) const = 0;
  virtual std::optional<TopicInfo> find_topic(const Uuid& id) const = 0;
  virtual std::vector<std::string> topic_names() const = 0;
  /// Rises with every topic that is created or deleted and every partition added. Whoever reads it
  /// before the topics never misses a change.
  virtual int64_t topics_version() const = 0;
};

}  // namespace millrace::coordinator
