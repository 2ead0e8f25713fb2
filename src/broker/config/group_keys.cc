#include <algorithm>

#include "broker/config/config_key.h"

namespace millrace::broker {
namespace {

constexpr ConfigParent kAssignmentInterval[] = {{"group.consumer.assignment.interval.ms"}};
constexpr ConfigParent kHeartbeatInterval[] = {{"group.consumer.heartbeat.interval.ms"}};
constexpr ConfigParent kSessionTimeout[] = {{"group.consumer.session.timeout.ms"}};

constexpr ConfigKey milliseconds(std::string_view name, std::string_view value, int64_t min,
                                 std::span<const ConfigParent> parents, std::string_view doc) {
  return {.name = name,
          .type = ConfigType::int32,
          .default_value = value,
          .doc = doc,
          .update = ConfigUpdate::dynamic,
          .min = min,
          .max = std::numeric_limits<int32_t>::max(),
          .parents = parents};
}

constexpr ConfigKey kKeys[] = {
    milliseconds("consumer.assignment.interval.ms", "1000", 0, kAssignmentInterval,
                 "Members that come within this time of an assignment are assigned together, in "
                 "the next one; between group.consumer.min.assignment.interval.ms and "
                 "group.consumer.max.assignment.interval.ms."),
    milliseconds("consumer.heartbeat.interval.ms", "5000", 1, kHeartbeatInterval,
                 "How often members are told to send heartbeats; between "
                 "group.consumer.min.heartbeat.interval.ms and "
                 "group.consumer.max.heartbeat.interval.ms."),
    milliseconds("consumer.session.timeout.ms", "45000", 1, kSessionTimeout,
                 "A member without a heartbeat for so long is removed; longer than the interval of "
                 "heartbeats, and between group.consumer.min.session.timeout.ms and "
                 "group.consumer.max.session.timeout.ms."),
};

static_assert(std::ranges::is_sorted(kKeys, {}, &ConfigKey::name));

}  // namespace

std::span<const ConfigKey> group_keys() { return kKeys; }

}  // namespace millrace::broker
