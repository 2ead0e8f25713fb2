#include "base/text.h"
#include "client/admin/groups.h"
#include "client/consumer/group_calls.h"
#include "client/topic_partition.h"
#include "wire/messages/offset_delete.h"

namespace millrace::client {
namespace {

std::string offset_of(const std::string& group, const TopicPartition& name) {
  return cat("offset of group '", group, "' in ", name);
}

}  // namespace

Task<Result<Offsets>> committed_offsets(Gateway& gateway, std::string group, SteadyTime deadline) {
  const CommittedQuery query{.group = std::move(group)};
  const auto attempt = [&](SteadyTime by) { return fetch_committed(gateway, query, by); };
  auto asking = gateway.retrying<Offsets>(deadline, attempt);
  auto offsets = co_await asking;
  co_return offsets;
}

Task<Result<void>> alter_committed_offsets(Gateway& gateway, std::string group, Offsets offsets,
                                           SteadyTime deadline) {
  const GroupIdentity nobody{.group = std::move(group)};
  const auto attempt = [&](SteadyTime by) { return commit_offsets(gateway, nobody, offsets, by); };
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
