#include "client/admin/offsets.h"

#include "base/text.h"
#include "client/admin/leaders.h"
#include "client/topic_partition.h"
#include "wire/messages/list_offsets.h"

namespace millrace::client {
namespace {

using Request = wire::ListOffsetsRequest;
using Response = wire::ListOffsetsResponse;
using Found = std::map<TopicPartition, OffsetAndTimestamp>;

Task<Result<Found>> ask(Gateway& gateway, const std::map<TopicPartition, int64_t>& timestamps,
                        Isolation isolation, SteadyTime deadline) {
  const auto make = [](const TopicPartition& name, int64_t timestamp) {
    return Request::Partition{.partition_index = name.partition, .timestamp = timestamp};
  };
  auto sorting = by_leader<Request::Partition>(gateway, timestamps, make, deadline);
  MILL_CO_TRY(auto leaders, co_await sorting);
  Found found;
  for (auto& [leader, topics] : leaders) {
    Request request{.replica_id = -1};
    request.isolation_level = static_cast<int8_t>(isolation);
    for (auto& [topic, partitions] : topics) {
      request.topics.push_back({.name = topic, .partitions = std::move(partitions)});
    }
    auto linking = gateway.node(leader, Lane::requests, deadline);
    MILL_CO_TRY(LinkPtr link, co_await linking);
    auto asking = call<Response>(gateway.driver(), link, std::move(request), deadline);
    MILL_CO_TRY(const auto response, co_await asking);
    for (const auto& topic : response.topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
        MILL_CO_CHECK(check_code(partition.error_code, cat("offsets of ", name)));
        found[name] = {.offset = partition.offset,
                       .timestamp_ms = partition.timestamp,
                       .leader_epoch = partition.leader_epoch};
      }
    }
  }
  if (found.size() != timestamps.size()) {
    co_return client_error(ClientErrc::malformed, "a broker left partitions out of its answer");
  }
  co_return found;
}

}  // namespace

Task<Result<Found>> list_offsets(Gateway& gateway, std::map<TopicPartition, int64_t> timestamps,
                                 Isolation isolation, SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) { return ask(gateway, timestamps, isolation, by); };
  auto asking = gateway.retrying<Found>(deadline, attempt);
  auto found = co_await asking;
  co_return found;
}

}  // namespace millrace::client
