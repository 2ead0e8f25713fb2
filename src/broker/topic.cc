#include "broker/topic.h"

#include <algorithm>

#include "base/text.h"

namespace millrace::broker {
namespace {

constexpr size_t kTopicNameMax = 249;

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string fault_of(const std::string& name) {
  if (name.empty()) return "the empty string is not allowed";
  if (name == "." || name == "..") return cat("'", name, "' is not allowed");
  if (name.size() > kTopicNameMax) {
    return cat("the length of '", name, "' is longer than the max allowed length ", kTopicNameMax);
  }
  if (!std::ranges::all_of(name, is_legal)) {
    return cat(
        "'", name,
        "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'");
  }
  return {};
}

}  // namespace

bool is_internal_topic(std::string_view name) {
  return name == kOffsetsTopic || name == kTransactionTopic;
}

Result<void> check_topic_name(const std::string& name) {
  const std::string fault = fault_of(name);
  if (fault.empty()) return {};
  return kafka_error(ErrorCode::invalid_topic_exception, cat("Topic name is invalid: ", fault));
}

}  // namespace millrace::broker
