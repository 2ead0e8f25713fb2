#include "client/groups.h"

#include "base/text.h"
#include "client/group_answers.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::client {
namespace {

Result<PartitionOffsets> ask_committed(Cluster& cluster, const std::string& group,
                                       CallLimits limits) {
  MILL_TRY(BrokerLink* const link, cluster.coordinator(group, limits));
  wire::OffsetFetchRequest request{.group_id = group};
  request.groups.push_back({.group_id = group});
  MILL_TRY(auto response, link->call<wire::OffsetFetchResponse>(request, limits));
  if (!response.groups.empty()) {
    response.error_code = response.groups.front().error_code;
    response.topics = response.groups.front().topics;
  }
  MILL_CHECK(check_code(response.error_code, cat("offsets of group '", group, "'")));
  PartitionOffsets offsets;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      MILL_CHECK(check_code(partition.error_code, cat("offset of group '", group, "' in ", name)));
      if (partition.committed_offset >= 0) offsets[name] = partition.committed_offset;
    }
  }
  return offsets;
}

/// A group of the consumer protocol; nothing where the group is not one, or the broker knows none.
Result<std::optional<GroupDescription>> describe_consumer_group(BrokerLink& link,
                                                                const std::string& group,
                                                                CallLimits limits) {
  wire::ConsumerGroupDescribeRequest request;
  request.group_ids.push_back(group);
  const auto response = link.call<wire::ConsumerGroupDescribeResponse>(request, limits);
  if (!response && response.error().is(ClientErrc::unsupported))
    return std::optional<GroupDescription>();
  if (!response) return response.error();
  if (response->groups.empty()) return nothing_about(group);
  const auto& found = response->groups.front();
  if (found.error_code == ErrorCode::group_id_not_found) return std::optional<GroupDescription>();
  MILL_CHECK(
      check_code(found.error_code, cat("group '", group, "'"), found.error_message.value_or("")));
  return std::optional(description_of(found));
}

}  // namespace

Result<std::vector<GroupListing>> list_groups(Cluster& cluster, CallLimits limits) {
  return cluster.retrying(limits, [&]() -> Result<std::vector<GroupListing>> {
    std::vector<GroupListing> groups;
    MILL_TRY(const auto nodes, cluster.nodes(limits));
    for (const int32_t id : nodes) {
      MILL_TRY(BrokerLink* const link, cluster.node(id, limits));
      MILL_TRY(const auto response,
               link->call<wire::ListGroupsResponse>(wire::ListGroupsRequest{}, limits));
      MILL_CHECK(check_code(response.error_code, "listing groups"));
      for (const auto& group : response.groups) groups.push_back(listing_of(group));
    }
    std::ranges::sort(groups, {}, &GroupListing::group);
    return groups;
  });
}

Result<GroupDescription> describe_group(Cluster& cluster, const std::string& group,
                                        CallLimits limits) {
  return cluster.retrying(limits, [&]() -> Result<GroupDescription> {
    MILL_TRY(BrokerLink* const link, cluster.coordinator(group, limits));
    MILL_TRY(auto consumer_group, describe_consumer_group(*link, group, limits));
    if (consumer_group) return *std::move(consumer_group);
    wire::DescribeGroupsRequest request;
    request.groups.push_back(group);
    MILL_TRY(const auto response, link->call<wire::DescribeGroupsResponse>(request, limits));
    if (response.groups.empty()) return nothing_about(group);
    const auto& found = response.groups.front();
    if (is_missing(found)) return no_such_group(group);
    MILL_CHECK(
        check_code(found.error_code, cat("group '", group, "'"), found.error_message.value_or("")));
    return description_of(found);
  });
}

Result<PartitionOffsets> committed_offsets(Cluster& cluster, const std::string& group,
                                           CallLimits limits) {
  return cluster.retrying(limits, [&] { return ask_committed(cluster, group, limits); });
}

Result<void> commit_offsets(Cluster& cluster, const std::string& group,
                            const PartitionOffsets& offsets, const Committer& committer,
                            CallLimits limits) {
  wire::OffsetCommitRequest request{.group_id = group,
                                    .generation_id_or_member_epoch = committer.generation,
                                    .member_id = committer.member_id,
                                    .group_instance_id = committer.instance_id};
  for (const auto& [name, offset] : offsets) {
    if (request.topics.empty() || request.topics.back().name != name.topic) {
      request.topics.push_back({.name = name.topic});
    }
    request.topics.back().partitions.push_back(
        {.partition_index = name.partition, .committed_offset = offset, .committed_metadata = ""});
  }
  return cluster.retrying(limits, [&]() -> Result<void> {
    MILL_TRY(BrokerLink* const link, cluster.coordinator(group, limits));
    MILL_TRY(const auto response, link->call<wire::OffsetCommitResponse>(request, limits));
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        MILL_CHECK(
            check_code(partition.error_code, cat("committing offset of group '", group, "' in ",
                                                 topic.name, '-', partition.partition_index)));
      }
    }
    return {};
  });
}

Result<void> delete_group(Cluster& cluster, const std::string& group, CallLimits limits) {
  MILL_TRY(BrokerLink* const link,
           cluster.retrying(limits, [&] { return cluster.coordinator(group, limits); }));
  wire::DeleteGroupsRequest request;
  request.groups_names.push_back(group);
  MILL_TRY(const auto response, link->call<wire::DeleteGroupsResponse>(request, limits));
  if (response.results.empty()) return nothing_about(group);
  const auto code = response.results.front().error_code;
  if (code == ErrorCode::group_id_not_found) return no_such_group(group);
  return check_code(code, cat("deleting group '", group, "'"));
}

}  // namespace millrace::client
