// The name of a partition and of its directory.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/strong.h"

namespace millrace::storage {

struct TopicPartition {
  std::string topic;
  PartitionId partition;

  auto operator<=>(const TopicPartition&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const TopicPartition& name) {
    return out << name.topic << '-' << name.partition;
  }
};

/// The log of a KRaft controller's own decisions, which is no topic of ours.
inline constexpr std::string_view kClusterMetadataTopic = "__cluster_metadata";

/// "<topic>-<partition>".
std::string directory_name(const TopicPartition& name);
/// The reverse; nothing where `name` is not a live partition's directory.
std::optional<TopicPartition> parse_directory_name(std::string_view name);
/// "<topic>-<partition>.<32 hex digits>-delete": what a directory is called from the moment its
/// partition is deleted. The topic is shortened where the name would exceed 255 bytes.
std::string deleted_directory_name(const TopicPartition& name);
bool is_deleted_directory_name(std::string_view name);

}  // namespace millrace::storage

template <>
struct std::hash<millrace::storage::TopicPartition> {
  size_t operator()(const millrace::storage::TopicPartition& name) const noexcept {
    return std::hash<std::string>()(name.topic) * 31 + static_cast<size_t>(name.partition.value());
  }
};
