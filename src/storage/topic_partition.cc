#include "storage/topic_partition.h"

#include <algorithm>

#include "base/text.h"
#include "base/uuid.h"

namespace millrace::storage {
namespace {

constexpr std::string_view kDeleted = "-delete";
constexpr size_t kNameSizeMax = 255;
constexpr size_t kUniqueSize = 32;

std::string random_hex() {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : Uuid::random().bytes) {
    hex += kDigits[static_cast<size_t>(byte) >> 4];
    hex += kDigits[static_cast<size_t>(byte) & 15];
  }
  return hex;
}

}  // namespace

std::string directory_name(const TopicPartition& name) {
  return cat(name.topic, '-', name.partition);
}

std::optional<TopicPartition> parse_directory_name(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = name.substr(dash + 1);
  const auto number = parse_int64(digits);
  if (!number || *number < 0 || *number > INT32_MAX || digits != cat(*number)) return std::nullopt;
  return TopicPartition{std::string(name.substr(0, dash)),
                        PartitionId(static_cast<int32_t>(*number))};
}

std::string deleted_directory_name(const TopicPartition& name) {
  const std::string suffix = cat('-', name.partition, '.', random_hex(), kDeleted);
  return name.topic.substr(0, std::min(name.topic.size(), kNameSizeMax - suffix.size())) + suffix;
}

bool is_deleted_directory_name(std::string_view name) {
  if (!name.ends_with(kDeleted)) return false;
  name.remove_suffix(kDeleted.size());
  if (name.size() <= kUniqueSize) return false;
  const std::string_view unique = name.substr(name.size() - kUniqueSize);
  name.remove_suffix(kUniqueSize);
  const bool is_hex = std::all_of(unique.begin(), unique.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  return is_hex && name.ends_with('.') &&
         parse_directory_name(name.substr(0, name.size() - 1)).has_value();
}

}  // namespace millrace::storage
