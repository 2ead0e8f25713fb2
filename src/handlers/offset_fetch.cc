// OffsetFetch: how far groups have read.
#include "wire/messages/offset_fetch.h"

#include <algorithm>

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithTopLevelError = 2;
constexpr int16_t kFirstWithManyGroups = 8;

using AskedTopics = std::optional<std::vector<wire::OffsetFetchRequest::Topic>>;
using Group = wire::OffsetFetchResponse::Group;

wire::OffsetFetchResponse::Topic all_failed(const wire::OffsetFetchRequest::Topic& topic,
                                            ErrorCode error) {
  wire::OffsetFetchResponse::Topic answer{.name = topic.name, .partitions = {}};
  for (const int32_t partition : topic.partition_indexes) {
    answer.partitions.push_back({.partition_index = partition,
                                 .committed_offset = -1,
                                 .metadata = "",
                                 .error_code = error});
  }
  return answer;
}

wire::OffsetFetchResponse::Topic translate(coordinator::FetchedTopicOffsets topic) {
  wire::OffsetFetchResponse::Topic answer{.name = std::move(topic.topic), .partitions = {}};
  for (auto& partition : topic.partitions) {
    answer.partitions.push_back({.partition_index = partition.partition.value(),
                                 .committed_offset = partition.offset.value(),
                                 .committed_leader_epoch = partition.leader_epoch.value(),
                                 .metadata = std::move(partition.metadata),
                                 .error_code = partition.error});
  }
  return answer;
}

Group fetch(const OffsetFetchCall& call, const std::string& group_id, const AskedTopics& topics) {
  Group answer{.group_id = group_id, .topics = {}};
  if (!call.context.allowed_on_group(broker::Operation::describe, group_id)) {
    answer.error_code = ErrorCode::group_authorization_failed;
    return answer;
  }
  coordinator::FetchGroupOffsetsRequest request{.group_id = group_id,
                                                .member_id = std::nullopt,
                                                .topics = std::nullopt,
                                                .require_stable = call.request.require_stable};
  const auto allowed = [&call](const std::string& topic) {
    return call.context.allowed_on_topic(broker::Operation::describe, topic);
  };
  if (topics) {
    request.topics.emplace();
    for (const auto& topic : *topics) {
      if (!allowed(topic.name)) {
        answer.topics.push_back(all_failed(topic, ErrorCode::topic_authorization_failed));
        continue;
      }
      auto& wanted = request.topics->emplace_back();
      wanted.topic = topic.name;
      for (const int32_t partition : topic.partition_indexes) {
        wanted.partitions.emplace_back(partition);
      }
    }
  }
  auto fetched = call.context.groups().fetch_offsets(request);
  answer.error_code = fetched.error;
  for (auto& topic : fetched.topics) {
    if (topics || allowed(topic.topic)) answer.topics.push_back(translate(std::move(topic)));
  }
  return answer;
}

}  // namespace

void handle(const OffsetFetchCall& call) {
  wire::OffsetFetchResponse response;
  if (call.version() >= kFirstWithManyGroups) {
    for (const auto& group : call.request.groups) {
      response.groups.push_back(fetch(call, group.group_id, group.topics));
    }
    return call.respond(response);
  }
  Group group = fetch(call, call.request.group_id, call.request.topics);
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

}  // namespace millrace::handlers
