// OffsetDelete: a group forgets partitions it no longer reads.
#include "wire/messages/offset_delete.h"

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::OffsetDeleteResponse;

Response::Topic refused(const wire::OffsetDeleteRequest::Topic& topic) {
  Response::Topic answer{.name = topic.name, .partitions = {}};
  for (const auto& partition : topic.partitions) {
    answer.partitions.push_back({.partition_index = partition.partition_index,
                                 .error_code = ErrorCode::topic_authorization_failed});
  }
  return answer;
}

}  // namespace

void handle(const OffsetDeleteCall& call) {
  const auto& request = call.request;
  if (!call.context.allowed_on_group(broker::Operation::remove, request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  if (request.group_id.empty()) return call.respond({.error_code = ErrorCode::invalid_group_id});
  Response refusals;
  coordinator::OffsetDeleteRequest remove{.group_id = request.group_id, .topics = {}};
  for (const auto& topic : request.topics) {
    if (topic.partitions.empty()) continue;
    if (!call.context.allowed_on_topic(broker::Operation::read, topic.name)) {
      refusals.topics.push_back(refused(topic));
      continue;
    }
    auto& offsets = remove.topics.emplace_back();
    offsets.topic = topic.name;
    for (const auto& partition : topic.partitions) {
      offsets.partitions.emplace_back(partition.partition_index);
    }
  }
  call.context.groups().delete_offsets(
      std::move(remove),
      [respond = call.respond, refusals](coordinator::OffsetDeleteResponse removed) {
        if (removed.error != ErrorCode::none) return respond({.error_code = removed.error});
        Response response = refusals;
        for (auto& topic : removed.topics) {
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
