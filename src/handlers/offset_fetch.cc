// OffsetFetch: how far groups have read.
#include "wire/messages/offset_fetch.h"

#include <map>

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithTopLevelError = 2;
constexpr int16_t kFirstWithManyGroups = 8;
constexpr int16_t kFirstWithTopicIds = 10;

using Group = wire::OffsetFetchResponse::Group;

wire::OffsetFetchResponse::Topic all_failed(const wire::OffsetFetchRequest::Topic& topic,
                                            ErrorCode error) {
  wire::OffsetFetchResponse::Topic answer{
      .name = topic.name, .topic_id = topic.topic_id, .partitions = {}};
  for (const int32_t partition : topic.partition_indexes) {
    answer.partitions.push_back({.partition_index = partition,
                                 .committed_offset = -1,
                                 .metadata = "",
                                 .error_code = error});
  }
  return answer;
}

wire::OffsetFetchResponse::Topic translate(coordinator::FetchedTopicOffsets topic, const Uuid& id) {
  wire::OffsetFetchResponse::Topic answer{
      .name = std::move(topic.topic), .topic_id = id, .partitions = {}};
  for (auto& partition : topic.partitions) {
    answer.partitions.push_back({.partition_index = partition.partition.value(),
                                 .committed_offset = partition.offset.value(),
                                 .committed_leader_epoch = partition.leader_epoch.value(),
                                 .metadata = std::move(partition.metadata),
                                 .error_code = partition.error});
  }
  return answer;
}

Group fetch(const OffsetFetchCall& call, const wire::OffsetFetchRequest::Group& group) {
  Group answer{.group_id = group.group_id, .topics = {}};
  if (!call.context.allowed_on_group(broker::Operation::describe, group.group_id)) {
    answer.error_code = ErrorCode::group_authorization_failed;
    return answer;
  }
  coordinator::FetchGroupOffsetsRequest request{.group_id = group.group_id,
                                                .member_id = group.member_id,
                                                .member_epoch = group.member_epoch,
                                                .topics = std::nullopt,
                                                .require_stable = call.request.require_stable};
  const auto& catalog = call.context.broker().catalog();
  const bool by_id = call.version() >= kFirstWithTopicIds;
  // By name: the coordinator knows topics by nothing else.
  std::map<std::string, Uuid> ids;
  const auto allowed = [&call](const std::string& topic) {
    return call.context.allowed_on_topic(broker::Operation::describe, topic);
  };
  if (group.topics) {
    request.topics.emplace();
    for (const auto& topic : *group.topics) {
      const auto known = by_id ? catalog.find(topic.topic_id) : nullptr;
      if (by_id && known == nullptr) {
        answer.topics.push_back(all_failed(topic, ErrorCode::unknown_topic_id));
        continue;
      }
      const std::string& name = by_id ? known->name : topic.name;
      if (!allowed(name)) {
        answer.topics.push_back(all_failed(topic, ErrorCode::topic_authorization_failed));
        continue;
      }
      ids[name] = topic.topic_id;
      auto& wanted = request.topics->emplace_back();
      wanted.topic = name;
      for (const int32_t partition : topic.partition_indexes) {
        wanted.partitions.emplace_back(partition);
      }
    }
  }
  auto fetched = call.context.groups().fetch_offsets(request);
  answer.error_code = fetched.error;
  // What holds for the whole group is told in place of its topics, those that are unknown included.
  if (fetched.error != ErrorCode::none) answer.topics.clear();
  for (auto& topic : fetched.topics) {
    if (!group.topics) {
      if (!allowed(topic.topic)) continue;
      const auto known = catalog.find(topic.topic);
      // Offsets of a topic that is gone have no id to go by.
      if (by_id && known == nullptr) continue;
      if (known) ids[topic.topic] = known->id;
    }
    const Uuid id = ids[topic.topic];
    answer.topics.push_back(translate(std::move(topic), id));
  }
  return answer;
}

void answer(const OffsetFetchCall& call) {
  wire::OffsetFetchResponse response;
  if (call.version() >= kFirstWithManyGroups) {
    for (const auto& group : call.request.groups) {
      response.groups.push_back(fetch(call, group));
    }
    return call.respond(response);
  }
  Group group = fetch(call, {.group_id = call.request.group_id, .topics = call.request.topics});
  response.topics = std::move(group.topics);
  response.error_code = group.error_code;
  if (group.error_code != ErrorCode::none && call.version() < kFirstWithTopLevelError) {
    response.topics.clear();
    for (const auto& topic : *call.request.topics) {
      response.topics.push_back(all_failed(topic, group.error_code));
    }
  }
  call.respond(response);
}

}  // namespace

void handle(const OffsetFetchCall& call) {
  call.context.connection->offset_commits->run_after([call] { answer(call); });
}

}  // namespace millrace::handlers
