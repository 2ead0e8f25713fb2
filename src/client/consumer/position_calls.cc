#include "client/consumer/position_calls.h"

#include <map>
#include <string>
#include <utility>

#include "base/text.h"
#include "client/topic_partition.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/offset_for_leader_epoch.h"

namespace millrace::client {
namespace {

using Found = std::map<TopicPartition, PositionAnswer>;

std::vector<PositionAnswer> in_order(const Link& link, const std::vector<PositionAsk>& asks,
                                     const Found& found) {
  std::vector<PositionAnswer> answers;
  for (const PositionAsk& ask : asks) {
    const auto answer = found.find(ask.name);
    if (answer != found.end()) {
      answers.push_back(answer->second);
    } else {
      answers.emplace_back(
          client_error(ClientErrc::malformed, cat(link.peer(), " said nothing of ", ask.name)));
    }
  }
  return answers;
}

PositionAnswer judge(const TopicPartition& name, ErrorCode code, Position position) {
  auto checked = check_code(code, cat("looking for an offset of ", name));
  if (!checked) return std::move(checked).error();
  return position;
}

}  // namespace

Task<Result<std::vector<PositionAnswer>>> find_by_time(Gateway& gateway, LinkPtr link,
                                                       Isolation isolation,
                                                       std::vector<PositionAsk> asks,
                                                       SteadyTime deadline) {
  wire::ListOffsetsRequest request{.replica_id = -1};
  request.isolation_level = static_cast<int8_t>(isolation);
  request.timeout_ms = static_cast<int32_t>(gateway.options().request_timeout.count());
  for (const PositionAsk& ask : asks) {
    if (request.topics.empty() || request.topics.back().name != ask.name.topic) {
      request.topics.push_back({.name = ask.name.topic});
    }
    request.topics.back().partitions.push_back({.partition_index = ask.name.partition,
                                                .current_leader_epoch = ask.leader_epoch,
                                                .timestamp = ask.timestamp_ms});
  }
  auto asking =
      call<wire::ListOffsetsResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  Found found;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.name, .partition = partition.partition_index};
      found.emplace(name,
                    judge(name, partition.error_code,
                          {.offset = partition.offset, .leader_epoch = partition.leader_epoch}));
    }
  }
  co_return in_order(*link, asks, found);
}

Task<Result<std::vector<PositionAnswer>>> find_epoch_ends(Gateway& gateway, LinkPtr link,
                                                          std::vector<PositionAsk> asks,
                                                          SteadyTime deadline) {
  wire::OffsetForLeaderEpochRequest request{.replica_id = -1};
  for (const PositionAsk& ask : asks) {
    if (request.topics.empty() || request.topics.back().topic != ask.name.topic) {
      request.topics.push_back({.topic = ask.name.topic});
    }
    request.topics.back().partitions.push_back({.partition = ask.name.partition,
                                                .current_leader_epoch = ask.leader_epoch,
                                                .leader_epoch = ask.read_epoch});
  }
  auto asking = call<wire::OffsetForLeaderEpochResponse>(gateway.driver(), link, std::move(request),
                                                         deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  Found found;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition name{.topic = topic.topic, .partition = partition.partition};
      const bool is_known = partition.end_offset >= 0 && partition.leader_epoch >= 0;
      Position end;
      if (is_known) end = {.offset = partition.end_offset, .leader_epoch = partition.leader_epoch};
      found.emplace(name, judge(name, partition.error_code, end));
    }
  }
  co_return in_order(*link, asks, found);
}

}  // namespace millrace::client
