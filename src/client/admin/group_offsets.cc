#include "base/text.h"
#include "client/admin/groups.h"
#include "client/topic_partition.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::client {
namespace {

std::string offset_of(const std::string& group, const TopicPartition& name) {
  return cat("offset of group '", group, "' in ", name);
}

Task<Result<Offsets>> committed_once(Gateway& gateway, std::string group, SteadyTime deadline) {
  auto finding = gateway.coordinator(CoordinatorKind::group, group, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  wire::OffsetFetchRequest request{.group_id = group};
  request.groups.push_back({.group_id = group});
  auto asking =
      call<wire::OffsetFetchResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(auto response, co_await asking);
  if (!response.groups.empty()) {
    response.error_code = response.groups.front().error_code;
    response.topics = std::move(response.groups.front().topics);
  }
  MILL_CO_CHECK(check_code(response.error_code, cat("offsets of group '", group, "'")));
  Offsets offsets;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      MILL_CO_CHECK(check_code(partition.error_code, offset_of(group, name)));
      if (partition.committed_offset < 0) continue;
      offsets[name] = {.offset = partition.committed_offset,
                       .metadata = partition.metadata.value_or(""),
                       .leader_epoch = partition.committed_leader_epoch};
    }
  }
  co_return offsets;
}

Task<Result<void>> commit_once(Gateway& gateway, const std::string& group,
                               wire::OffsetCommitRequest request, SteadyTime deadline) {
  auto finding = gateway.coordinator(CoordinatorKind::group, group, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto asking =
      call<wire::OffsetCommitResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      MILL_CO_CHECK(check_code(partition.error_code, cat("committing ", offset_of(group, name))));
    }
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<Offsets>> committed_offsets(Gateway& gateway, std::string group, SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) { return committed_once(gateway, group, by); };
  auto asking = gateway.retrying<Offsets>(deadline, attempt);
  auto offsets = co_await asking;
  co_return offsets;
}

Task<Result<void>> alter_committed_offsets(Gateway& gateway, std::string group, Offsets offsets,
                                           SteadyTime deadline) {
  wire::OffsetCommitRequest request{.group_id = group, .generation_id_or_member_epoch = -1};
  for (const auto& [name, at] : offsets) {
    if (request.topics.empty() || request.topics.back().name != name.topic) {
      request.topics.push_back({.name = name.topic});
    }
    request.topics.back().partitions.push_back({.partition_index = name.partition,
                                                .committed_offset = at.offset,
                                                .committed_leader_epoch = at.leader_epoch,
                                                .committed_metadata = at.metadata});
  }
  const auto attempt = [&](SteadyTime by) { return commit_once(gateway, group, request, by); };
  auto committing = gateway.retrying<void>(deadline, attempt);
  auto committed = co_await committing;
  co_return committed;
}

Task<Result<void>> delete_committed_offsets(Gateway& gateway, std::string group,
                                            std::vector<TopicPartition> partitions,
                                            SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) {
    return gateway.coordinator(CoordinatorKind::group, group, by);
  };
  auto finding = gateway.retrying<LinkPtr>(deadline, attempt);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  wire::OffsetDeleteRequest request{.group_id = group, .topics = {}};
  for (const TopicPartition& name : partitions) {
    if (request.topics.empty() || request.topics.back().name != name.topic) {
      request.topics.push_back({.name = name.topic, .partitions = {}});
    }
    request.topics.back().partitions.push_back({.partition_index = name.partition});
  }
  auto asking = call<wire::OffsetDeleteResponse>(gateway.driver(), link, std::move(request),
                                                 gateway.request_deadline(deadline));
  MILL_CO_TRY(const auto response, co_await asking);
  MILL_CO_CHECK(check_code(response.error_code, cat("deleting offsets of group '", group, "'")));
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      MILL_CO_CHECK(check_code(partition.error_code, cat("deleting the ", offset_of(group, name))));
    }
  }
  co_return Result<void>();
}

}  // namespace millrace::client
