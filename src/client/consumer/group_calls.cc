#include "client/consumer/group_calls.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

namespace millrace::client {
namespace {

std::string offset_of(const std::string& group, const TopicPartition& name) {
  return cat("offset of group '", group, "' in ", name);
}

wire::OffsetFetchRequest request_of(const CommittedQuery& query) {
  wire::OffsetFetchRequest request{.group_id = query.group, .require_stable = query.is_stable_only};
  if (query.partitions) {
    auto names = *query.partitions;
    std::ranges::sort(names);
    auto& topics = request.topics.emplace();
    for (const TopicPartition& name : names) {
      if (topics.empty() || topics.back().name != name.topic)
        topics.push_back({.name = name.topic});
      topics.back().partition_indexes.push_back(name.partition);
    }
  }
  request.groups.push_back({.group_id = query.group, .topics = request.topics});
  return request;
}

wire::OffsetCommitRequest request_of(GroupIdentity identity, const Offsets& offsets) {
  wire::OffsetCommitRequest request{.group_id = std::move(identity.group),
                                    .generation_id_or_member_epoch = identity.generation,
                                    .member_id = std::move(identity.member_id)};
  if (!identity.instance_id.empty()) request.group_instance_id = std::move(identity.instance_id);
  for (const auto& [name, at] : offsets) {
    if (request.topics.empty() || request.topics.back().name != name.topic) {
      request.topics.push_back({.name = name.topic});
    }
    request.topics.back().partitions.push_back({.partition_index = name.partition,
                                                .committed_offset = at.offset,
                                                .committed_leader_epoch = at.leader_epoch,
                                                .committed_metadata = at.metadata});
  }
  return request;
}

}  // namespace

Task<Result<Offsets>> fetch_committed(Gateway& gateway, CommittedQuery query, SteadyTime deadline) {
  const std::string& group = query.group;
  auto finding = gateway.coordinator(CoordinatorKind::group, group, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto asking =
      call<wire::OffsetFetchResponse>(gateway.driver(), link, request_of(query), deadline);
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

Task<Result<void>> commit_offsets(Gateway& gateway, GroupIdentity identity, Offsets offsets,
                                  SteadyTime deadline) {
  const std::string group = identity.group;
  auto finding = gateway.coordinator(CoordinatorKind::group, group, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  auto request = request_of(std::move(identity), offsets);
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

}  // namespace millrace::client
