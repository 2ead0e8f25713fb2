#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/admin/group_lag.h"
#include "client/admin/groups.h"
#include "client/client_core.h"
#include "metrics/tell.h"

namespace millrace::metrics {
namespace {

constexpr Metric kRecords{
    "millrace_group_lag_records", MetricType::gauge, "group, topic, partition",
    "Offsets between the first record that the group has yet to read and the end"};
constexpr Metric kSeconds{
    "millrace_group_lag_seconds", MetricType::gauge, "group, topic, partition",
    "Age of the first record that the group has yet to read; 0 where there is none"};
constexpr Metric kOmitted{
    "millrace_groups_omitted", MetricType::gauge, "",
    "Groups whose lag is not told: beyond --http-partitions-max, or the two seconds for all were "
    "over"};

struct Lags {
  std::vector<GroupLag> groups;
  size_t omitted = 0;
};

using Client = std::shared_ptr<client::ClientCore>;

Result<std::vector<GroupListing>> list(const Client& client, SteadyTime deadline) {
  return client->wait_for<std::vector<GroupListing>>(
      [client, deadline] { return client::list_groups(client->gateway(), deadline); });
}

Result<GroupLag> lag_of(const std::string& group, const Client& client, SteadyTime deadline) {
  return client->wait_for<GroupLag>([group, client, deadline] {
    return client::group_lag(client->gateway(), group, {.retention = false}, deadline);
  });
}

Lags look(const Client& client, const LagLimits& limits) {
  Lags lags;
  if (limits.partitions_max == 0) return lags;
  const SteadyTime deadline = client->driver().deadline_in(limits.time_max);
  const auto listed = list(client, deadline);
  if (!listed) return lags;  // the broker closes
  size_t partitions = 0;
  for (const auto& listing : *listed) {
    if (client->driver().now() >= deadline || partitions >= limits.partitions_max) {
      ++lags.omitted;
      continue;
    }
    auto lag = lag_of(listing.group, client, deadline);
    if (!lag) continue;  // it is gone, or is no group of consumers
    partitions += lag->partitions.size();
    if (partitions > limits.partitions_max) {
      ++lags.omitted;
    } else {
      lags.groups.push_back(*std::move(lag));
    }
  }
  return lags;
}

/// `value` answers nothing for what is not known.
template <class Value>
void tell(Exposition& out, const Metric& metric, const Lags& lags, Value value) {
  out.begin(metric);
  for (const GroupLag& group : lags.groups) {
    for (const auto& [name, lag] : group.partitions) {
      const auto known = value(lag);
      if (!known) continue;
      const std::string partition = std::to_string(name.partition);
      out.sample({{"group", group.group}, {"topic", name.topic}, {"partition", partition}}, *known);
    }
  }
}

std::optional<double> seconds_of(const PartitionLag& lag) {
  if (!lag.time) return std::nullopt;
  return std::chrono::duration<double>(*lag.time).count();
}

}  // namespace

void tell_lag(Exposition& out, const std::shared_ptr<client::ClientCore>& client,
              const LagLimits& limits) {
  const Lags lags = look(client, limits);
  tell(out, kRecords, lags, [](const PartitionLag& lag) { return lag.records(); });
  tell(out, kSeconds, lags, &seconds_of);
  out.tell(kOmitted, lags.omitted);
}

}  // namespace millrace::metrics
