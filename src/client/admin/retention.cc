#include "client/admin/retention.h"

#include <algorithm>

#include "base/text.h"
#include "client/admin/topics.h"
#include "wire/messages/describe_configs.h"

namespace millrace::client {
namespace {

constexpr std::string_view kPolicy = "cleanup.policy";
constexpr std::string_view kTime = "retention.ms";
constexpr std::string_view kSize = "retention.bytes";

bool deletes(std::string_view policy) {
  for (const auto each : split(policy, ',')) {
    if (trim(each) == "delete") return true;
  }
  return false;
}

Retention read(const wire::DescribeConfigsResponse::Resource& result) {
  bool is_deleting = false;
  int64_t time_ms = -1;
  int64_t size = -1;
  for (const auto& config : result.configs) {
    const std::string value = config.value.value_or("");
    if (config.name == kPolicy) is_deleting = deletes(value);
    if (config.name == kTime) time_ms = parse_int64(value).value_or(-1);
    if (config.name == kSize) size = parse_int64(value).value_or(-1);
  }
  Retention retention;
  if (!is_deleting) return retention;
  if (time_ms >= 0) retention.by_time = milliseconds(time_ms);
  retention.by_size = size >= 0;
  return retention;
}

}  // namespace

std::optional<milliseconds> Retention::time_left(int64_t written_ms, int64_t now_ms) const {
  if (!by_time) return std::nullopt;
  // In floating point, since clients may give records any time and topics any limit.
  constexpr double kMost = 9e18;
  const double age = static_cast<double>(now_ms) - static_cast<double>(written_ms);
  const double left = static_cast<double>(by_time->count()) - age;
  return milliseconds(static_cast<int64_t>(std::clamp(left, 0.0, kMost)));
}

Task<Result<std::map<std::string, Retention>>> retention_of(Gateway& gateway,
                                                            std::vector<std::string> topics,
                                                            SteadyTime deadline) {
  std::map<std::string, Retention> found;
  if (topics.empty()) co_return found;
  const std::vector<std::string> keys{std::string(kPolicy), std::string(kTime), std::string(kSize)};
  wire::DescribeConfigsRequest request;
  for (auto& topic : topics) {
    request.resources.push_back({.resource_type = static_cast<int8_t>(ResourceKind::topic),
                                 .resource_name = std::move(topic),
                                 .configuration_keys = keys});
  }
  const SteadyTime by = gateway.request_deadline(deadline);
  auto reaching = gateway.any(by);
  MILL_CO_TRY(LinkPtr link, co_await reaching);
  auto asking = call<wire::DescribeConfigsResponse>(gateway.driver(), std::move(link),
                                                    std::move(request), by);
  MILL_CO_TRY(const auto response, co_await asking);
  for (const auto& result : response.results) {
    if (result.error_code == ErrorCode::none) found[result.resource_name] = read(result);
  }
  co_return found;
}

}  // namespace millrace::client
