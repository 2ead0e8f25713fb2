// ListOffsets: the first, the last and other offsets of partitions, by time.
#include "wire/messages/list_offsets.h"

#include <set>
#include <utility>

#include "broker/partition.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

// The version that introduced a negative timestamp's meaning (KIP-734, KIP-405, KIP-1005).
int16_t first_version_of(int64_t timestamp) {
  if (timestamp >= broker::kEarliestTimestamp) return 1;
  if (timestamp == broker::kMaxTimestamp) return 7;
  if (timestamp == broker::kEarliestLocalTimestamp) return 8;
  if (timestamp == broker::kLatestTieredTimestamp) return 9;
  if (timestamp == broker::kEarliestPendingUploadTimestamp) return 11;
  return INT16_MAX;
}

// Replicas and tools that debug (-2) see what was not committed, whatever they ask for.
broker::Isolation isolation_of(const wire::ListOffsetsRequest& request) {
  constexpr int32_t kConsumer = -1;
  const bool is_committed = request.replica_id == kConsumer && request.isolation_level != 0;
  return is_committed ? broker::Isolation::read_committed : broker::Isolation::read_uncommitted;
}

wire::ListOffsetsResponse::Partition list(const ListOffsetsCall& call, const std::string& topic,
                                          const wire::ListOffsetsRequest::Partition& asked) {
  wire::ListOffsetsResponse::Partition answer{.partition_index = asked.partition_index};
  const auto refuse = [&answer](ErrorCode error) {
    answer.error_code = error;
    return answer;
  };
  if (!call.context.allowed_on_topic(broker::Operation::describe, topic)) {
    return refuse(ErrorCode::topic_authorization_failed);
  }
  if (call.version() < first_version_of(asked.timestamp)) {
    return refuse(ErrorCode::unsupported_version);
  }
  const auto partition =
      call.context.broker().catalog().find_partition(topic, PartitionId(asked.partition_index));
  if (partition == nullptr) return refuse(ErrorCode::unknown_topic_or_partition);
  const auto isolation = isolation_of(call.request);
  const auto listed =
      partition->list_offset(asked.timestamp, isolation, LeaderEpoch(asked.current_leader_epoch));
  if (!listed) return refuse(to_wire(listed.error()));
  answer.timestamp = listed->timestamp;
  answer.offset = listed->offset.value();
  answer.leader_epoch = listed->leader_epoch.value();
  return answer;
}

}  // namespace

void handle(const ListOffsetsCall& call) {
  std::set<std::pair<std::string, int32_t>> seen;
  std::set<std::pair<std::string, int32_t>> repeated;
  for (const auto& topic : call.request.topics) {
    for (const auto& partition : topic.partitions) {
      const std::pair key(topic.name, partition.partition_index);
      if (!seen.insert(key).second) repeated.insert(key);
    }
  }

  wire::ListOffsetsResponse response;
  for (const auto& topic : call.request.topics) {
    if (topic.partitions.empty()) continue;
    auto& answer = response.topics.emplace_back();
    answer.name = topic.name;
    for (const auto& partition : topic.partitions) {
      if (repeated.contains({topic.name, partition.partition_index})) {
        answer.partitions.push_back({.partition_index = partition.partition_index,
                                     .error_code = ErrorCode::invalid_request});
      } else {
        answer.partitions.push_back(list(call, topic.name, partition));
      }
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
