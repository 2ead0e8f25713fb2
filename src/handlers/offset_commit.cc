// OffsetCommit: a group stores how far it has read.
#include "wire/messages/offset_commit.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::OffsetCommitResponse;

constexpr int16_t kFirstWithGroupIdNotFound = 9;
constexpr int16_t kFirstWithTopicIds = 10;

Response::Topic refused(const wire::OffsetCommitRequest::Topic& topic, ErrorCode error) {
  Response::Topic answer{.name = topic.name, .topic_id = topic.topic_id, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    answer.partitions.push_back(
        {.partition_index = partition.partition_index, .error_code = error});
  }
  return answer;
}

coordinator::TopicOffsetsToCommit translate(const wire::OffsetCommitRequest::Topic& topic,
                                            const std::string& name) {
  coordinator::TopicOffsetsToCommit offsets{.topic = name, .partitions = {}};
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

  const bool by_id = call.version() >= kFirstWithTopicIds;
  coordinator::OffsetCommitRequest commit{
      .group_id = request.group_id,
      .generation_id = request.generation_id_or_member_epoch,
      .member_id = request.member_id,
      .group_instance_id = request.group_instance_id,
      .knows_group_id_not_found = call.version() >= kFirstWithGroupIdNotFound,
      .retention_time_ms = request.retention_time_ms,
      .topics = {},
  };
  // Of the topics that are passed on, in their order; the coordinator knows them by name.
  std::vector<Uuid> ids;
  for (const auto& topic : request.topics) {
    if (topic.partitions.empty()) continue;
    std::string name = topic.name;
    if (by_id) {
      const auto found = call.context.broker().catalog().find(topic.topic_id);
      if (found == nullptr) {
        refusals.topics.push_back(refused(topic, ErrorCode::unknown_topic_id));
        continue;
      }
      name = found->name;
    }
    if (call.context.allowed_on_topic(broker::Operation::read, name)) {
      commit.topics.push_back(translate(topic, name));
      ids.push_back(topic.topic_id);
    } else {
      refusals.topics.push_back(refused(topic, ErrorCode::topic_authorization_failed));
    }
  }
  if (commit.topics.empty()) return call.respond(refusals);
  const auto commits = call.context.connection->offset_commits;
  call.context.groups().commit_offsets(
      std::move(commit), [respond = call.respond, refusals, ids, commits,
                          ticket = commits->begin()](coordinator::OffsetCommitResponse committed) {
        Response response = refusals;
        for (size_t t = 0; t < committed.topics.size(); ++t) {
          auto& answer = response.topics.emplace_back();
          answer.name = std::move(committed.topics[t].topic);
          answer.topic_id = ids[t];
          for (const auto& partition : committed.topics[t].partitions) {
            answer.partitions.push_back(
                {.partition_index = partition.partition.value(), .error_code = partition.error});
          }
        }
        respond(response);
        commits->end(ticket);
      });
}

}  // namespace millrace::handlers
