// OffsetForLeaderEpoch: where an epoch ended, so that a consumer notices a log that was cut
// (KIP-320).
#include "wire/messages/offset_for_leader_epoch.h"

#include "broker/partition.h"
#include "handlers/errors.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

wire::OffsetForLeaderEpochResponse::EpochEndOffset find(
    const OffsetForLeaderEpochCall& call, const std::string& topic,
    const wire::OffsetForLeaderEpochRequest::Partition& asked) {
  wire::OffsetForLeaderEpochResponse::EpochEndOffset answer{.partition = asked.partition};
  if (!call.context.allowed_on_topic(broker::Operation::describe, topic)) {
    answer.error_code = ErrorCode::topic_authorization_failed;
    return answer;
  }
  const auto partition =
      call.context.broker().catalog().find_partition(topic, PartitionId(asked.partition));
  if (partition == nullptr) {
    answer.error_code = ErrorCode::unknown_topic_or_partition;
    return answer;
  }
  const auto end = partition->epoch_end_offset(LeaderEpoch(asked.leader_epoch),
                                               LeaderEpoch(asked.current_leader_epoch));
  answer.error_code = to_wire(end);
  if (end) {
    answer.leader_epoch = end->epoch.value();
    answer.end_offset = end->end_offset.value();
  }
  return answer;
}

}  // namespace

void handle(const OffsetForLeaderEpochCall& call) {
  wire::OffsetForLeaderEpochResponse response;
  for (const auto& topic : call.request.topics) {
    auto& answer = response.topics.emplace_back();
    answer.topic = topic.topic;
    for (const auto& partition : topic.partitions) {
      answer.partitions.push_back(find(call, topic.topic, partition));
    }
  }
  call.respond(response);
}

}  // namespace millrace::handlers
