// A partition as clients name it.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

namespace millrace::client {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const TopicPartition& name) {
    return out << name.topic << '-' << name.partition;
  }
};

}  // namespace millrace::client
