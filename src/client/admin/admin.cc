// The public Admin: each call is a task of the client's gateway that the caller waits for.
#include "millrace/admin.h"

#include "base/home_process.h"
#include "client/admin/group_lag.h"
#include "client/admin/groups.h"
#include "client/admin/offsets.h"
#include "client/admin/topics.h"
#include "client/client_core.h"

namespace millrace {

namespace {

using client::ClientCore;
using client::Gateway;
using client::ResourceKind;

/// Waits for `task(gateway, deadline)` for at most the client's api_timeout.
template <class T, class Task>
Result<T> wait_for(const std::shared_ptr<ClientCore>& core, Task task) {
  if (!is_at_home(core)) return client::not_at_home("it");
  const SteadyTime deadline = core->driver().deadline_in(core->options().api_timeout);
  return core->wait_for<T>(
      [core, deadline, task = std::move(task)] { return task(core->gateway(), deadline); });
}

}  // namespace

Result<void> Admin::create_topic(const NewTopic& topic) {
  return wait_for<void>(core_, [topic](Gateway& gateway, SteadyTime deadline) {
    return client::create_topic(gateway, topic, deadline);
  });
}

Result<void> Admin::delete_topic(const std::string& name) {
  return wait_for<void>(core_, [name](Gateway& gateway, SteadyTime deadline) {
    return client::delete_topic(gateway, name, deadline);
  });
}

Result<void> Admin::add_partitions(const std::string& topic, int32_t count) {
  return wait_for<void>(core_, [topic, count](Gateway& gateway, SteadyTime deadline) {
    return client::add_partitions(gateway, topic, count, deadline);
  });
}

Result<std::vector<TopicDescription>> Admin::list_topics() {
  return wait_for<std::vector<TopicDescription>>(
      core_, [](Gateway& gateway, SteadyTime deadline) { return gateway.topics(deadline); });
}

Result<TopicDescription> Admin::describe_topic(const std::string& name) {
  return wait_for<TopicDescription>(core_, [name](Gateway& gateway, SteadyTime deadline) {
    gateway.forget_topic(name);
    return gateway.topic(name, client::MissingTopic::refuse, deadline);
  });
}

Result<std::map<TopicPartition, int64_t>> Admin::delete_records(
    const std::map<TopicPartition, int64_t>& before) {
  return wait_for<std::map<TopicPartition, int64_t>>(
      core_, [before](Gateway& gateway, SteadyTime deadline) {
        return client::delete_records(gateway, before, deadline);
      });
}

Result<std::vector<ConfigValue>> Admin::describe_topic_config(const std::string& topic) {
  return wait_for<std::vector<ConfigValue>>(core_, [topic](Gateway& gateway, SteadyTime deadline) {
    return client::describe_config(gateway, ResourceKind::topic, topic, deadline);
  });
}

Result<void> Admin::alter_topic_config(const std::string& topic, const ConfigEdits& edits) {
  return wait_for<void>(core_, [topic, edits](Gateway& gateway, SteadyTime deadline) {
    return client::alter_config(gateway, ResourceKind::topic, topic, edits, deadline);
  });
}

Result<std::vector<ConfigValue>> Admin::describe_broker_config(int32_t broker) {
  return wait_for<std::vector<ConfigValue>>(core_, [broker](Gateway& gateway, SteadyTime deadline) {
    return client::describe_config(gateway, ResourceKind::broker, std::to_string(broker), deadline);
  });
}

Result<void> Admin::alter_broker_config(int32_t broker, const ConfigEdits& edits) {
  return wait_for<void>(core_, [broker, edits](Gateway& gateway, SteadyTime deadline) {
    return client::alter_config(gateway, ResourceKind::broker, std::to_string(broker), edits,
                                deadline);
  });
}

Result<ClusterDescription> Admin::describe_cluster() {
  return wait_for<ClusterDescription>(
      core_, [](Gateway& gateway, SteadyTime deadline) { return gateway.cluster(deadline); });
}

Result<std::vector<GroupListing>> Admin::list_groups() {
  return wait_for<std::vector<GroupListing>>(core_, [](Gateway& gateway, SteadyTime deadline) {
    return client::list_groups(gateway, deadline);
  });
}

Result<GroupDescription> Admin::describe_group(const std::string& group) {
  return wait_for<GroupDescription>(core_, [group](Gateway& gateway, SteadyTime deadline) {
    return client::describe_group(gateway, group, deadline);
  });
}

Result<void> Admin::delete_group(const std::string& group) {
  return wait_for<void>(core_, [group](Gateway& gateway, SteadyTime deadline) {
    return client::delete_group(gateway, group, deadline);
  });
}

Result<Offsets> Admin::committed_offsets(const std::string& group) {
  return wait_for<Offsets>(core_, [group](Gateway& gateway, SteadyTime deadline) {
    return client::committed_offsets(gateway, group, deadline);
  });
}

Result<void> Admin::alter_committed_offsets(const std::string& group, const Offsets& offsets) {
  return wait_for<void>(core_, [group, offsets](Gateway& gateway, SteadyTime deadline) {
    return client::alter_committed_offsets(gateway, group, offsets, deadline);
  });
}

Result<void> Admin::delete_committed_offsets(const std::string& group,
                                             const std::vector<TopicPartition>& partitions) {
  return wait_for<void>(core_, [group, partitions](Gateway& gateway, SteadyTime deadline) {
    return client::delete_committed_offsets(gateway, group, partitions, deadline);
  });
}

Result<GroupLag> Admin::group_lag(const std::string& group, const GroupLagOptions& options) {
  return wait_for<GroupLag>(core_, [group, options](Gateway& gateway, SteadyTime deadline) {
    return client::group_lag(gateway, group, options, deadline);
  });
}

Result<std::map<TopicPartition, int64_t>> Admin::list_offsets(
    const std::map<TopicPartition, int64_t>& timestamps_ms) {
  using Found = std::map<TopicPartition, OffsetAndTimestamp>;
  const auto ask = [this](std::map<TopicPartition, int64_t> timestamps) {
    return wait_for<Found>(
        core_, [timestamps = std::move(timestamps)](Gateway& gateway, SteadyTime deadline) {
          return client::list_offsets(gateway, timestamps, Isolation::read_uncommitted, deadline);
        });
  };
  auto found = ask(timestamps_ms);
  if (!found) return std::move(found).error();
  std::map<TopicPartition, int64_t> offsets, beyond;
  for (const auto& [name, at] : *found) {
    offsets[name] = at.offset;
    if (at.offset < 0) beyond[name] = kLatest;
  }
  if (beyond.empty()) return offsets;
  auto ends = ask(std::move(beyond));
  if (!ends) return std::move(ends).error();
  for (const auto& [name, at] : *ends) offsets[name] = at.offset;
  return offsets;
}

}  // namespace millrace
