#include "client/offsets.h"

#include "base/text.h"
#include "wire/messages/list_offsets.h"

namespace millrace::client {
namespace {

using Request = wire::ListOffsetsRequest;
using Response = wire::ListOffsetsResponse;

/// -1 stands for "no record is that young" in the answer.
Result<PartitionOffsets> ask(Cluster& cluster, const std::map<TopicPartition, int64_t>& timestamps,
                             CallLimits limits) {
  std::map<int32_t, std::map<std::string, std::vector<Request::Partition>>> by_leader;
  for (const auto& [name, timestamp] : timestamps) {
    MILL_TRY(const int32_t leader, cluster.leader_of(name, limits));
    by_leader[leader][name.topic].push_back(
        {.partition_index = name.partition, .timestamp = timestamp});
  }
  PartitionOffsets offsets;
  for (auto& [leader, topics] : by_leader) {
    Request request{.replica_id = -1};
    for (auto& [topic, partitions] : topics) {
      request.topics.push_back({.name = topic, .partitions = std::move(partitions)});
    }
    MILL_TRY(BrokerLink* const link, cluster.node(leader, limits));
    MILL_TRY(const auto response, link->call<Response>(request, limits));
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
        MILL_CHECK(check_code(partition.error_code, cat("offsets of ", name)));
        offsets[name] = partition.offset;
      }
    }
  }
  return offsets;
}

}  // namespace

Result<PartitionOffsets> list_offsets(Cluster& cluster,
                                      const std::map<TopicPartition, int64_t>& timestamps,
                                      CallLimits limits) {
  MILL_TRY(auto offsets,
           cluster.retrying(limits, [&] { return ask(cluster, timestamps, limits); }));
  std::map<TopicPartition, int64_t> beyond;
  for (const auto& [name, offset] : offsets) {
    if (offset < 0) beyond[name] = kLatest;
  }
  if (!beyond.empty()) {
    MILL_TRY(const auto ends,
             cluster.retrying(limits, [&] { return ask(cluster, beyond, limits); }));
    for (const auto& [name, offset] : ends) offsets[name] = offset;
  }
  if (offsets.size() != timestamps.size()) {
    return client_error(ClientErrc::malformed, "a broker left partitions out of its answer");
  }
  return offsets;
}

Result<PartitionOffsets> list_offsets(Cluster& cluster,
                                      const std::vector<TopicPartition>& partitions,
                                      int64_t timestamp, CallLimits limits) {
  std::map<TopicPartition, int64_t> timestamps;
  for (const auto& name : partitions) timestamps[name] = timestamp;
  return list_offsets(cluster, timestamps, limits);
}

std::vector<TopicPartition> partitions_of(const TopicInfo& topic) {
  std::vector<TopicPartition> names;
  for (const auto& partition : topic.partitions) {
    names.push_back({.topic = topic.name, .partition = partition.id});
  }
  return names;
}

}  // namespace millrace::client
