// OffsetCommit: a group stores how far it has read.
#include "wire/messages/offset_commit.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::OffsetCommitResponse;

Response::Topic refused(const wire::OffsetCommitRequest::Topic& topic, ErrorCode error) {
  Response::Topic answer{.name = topic.name, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    answer.partitions.push_back(
        {.partition_index = partition.partition_index, .error_code = error});
  }
  return answer;
}

coordinator::TopicOffsetsToCommit translate(const wire::OffsetCommitRequest::Topic& topic) {
  coordinator::TopicOffsetsToCommit offsets{.topic = topic.name, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    offsets.partitions.push_back({.partition = PartitionId(partition.partition_index),
                                  .offset = Offset(partition.committed_offset),
                                  .leader_epoch = LeaderEpoch(partition.committed_leader_epoch),
                                  .metadata = partition.committed_metadata});
  }
  return offsets;
}

}  // namespace

void handle(const OffsetCommitCall& call) {
  const auto& request = call.request;
  Response refusals;
  if (!call.context.allowed_on_group(broker::Operation::read, request.group_id)) {
    for (const auto& topic : request.topics) {
      refusals.topics.push_back(refused(topic, ErrorCode::group_authorization_failed));
    }
    return call.respond(refusals);
  }

  coordinator::OffsetCommitRequest commit{
      .group_id = request.group_id,
      .generation_id = request.generation_id_or_member_epoch,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id,
      .retention_time_ms = request.retention_time_ms,
      .topics = {},
  };
  for (const auto& topic : request.topics) {
    if (call.context.allowed_on_topic(broker::Operation::read, topic.name)) {
      commit.topics.push_back(translate(topic));
    } else {
      refusals.topics.push_back(refused(topic, ErrorCode::topic_authorization_failed));
    }
  }
  if (commit.topics.empty()) return call.respond(refusals);
  call.context.groups().commit_offsets(
      std::move(commit),
      [respond = call.respond, refusals](coordinator::OffsetCommitResponse committed) {
        Response response = refusals;
        for (auto& topic : committed.topics) {
          auto& answer = response.topics.emplace_back();
          answer.name = std::move(topic.topic);
          for (const auto& partition : topic.partitions) {
            answer.partitions.push_back(
                {.partition_index = partition.partition.value(), .error_code = partition.error});
          }
        }
        respond(response);
      });
}

}  // namespace millrace::handlers
