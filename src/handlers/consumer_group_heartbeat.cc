// ConsumerGroupHeartbeat: a member of the consumer protocol joins, stays, or leaves, and hears what
// it may consume.
#include "wire/messages/consumer_group_heartbeat.h"

#include <algorithm>

#include "coordinator/group_coordinator.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

constexpr int16_t kFirstWithMemberIdsOfClients = 1;

coordinator::ConsumerHeartbeatRequest translate(const ConsumerGroupHeartbeatCall& call) {
  const auto& request = call.request;
  coordinator::ConsumerHeartbeatRequest heartbeat{
      .group_id = request.group_id,
      .member_id = request.member_id,
      .member_epoch = request.member_epoch,
      .instance_id = request.instance_id,
      .rack_id = request.rack_id,
      .rebalance_timeout_ms = request.rebalance_timeout_ms,
      .subscribed_topics = std::nullopt,
      .subscribed_regex = request.subscribed_topic_regex,
      .server_assignor = request.server_assignor,
      .owned = std::nullopt,
      .client_id = call.context.client_id,
      .client_host = call.context.connection->client_host,
      .brings_member_id = call.version() >= kFirstWithMemberIdsOfClients,
  };
  if (request.subscribed_topic_names) {
    heartbeat.subscribed_topics.emplace(request.subscribed_topic_names->begin(),
                                        request.subscribed_topic_names->end());
  }
  if (request.topic_partitions) {
    heartbeat.owned.emplace();
    for (const auto& topic : *request.topic_partitions) {
      if (topic.partitions.empty()) continue;
      (*heartbeat.owned)[topic.topic_id].insert(topic.partitions.begin(), topic.partitions.end());
    }
  }
  return heartbeat;
}

wire::ConsumerGroupHeartbeatResponse translate(coordinator::ConsumerHeartbeatResponse told) {
  wire::ConsumerGroupHeartbeatResponse response{
      .error_code = told.error,
      .error_message = std::move(told.error_message),
      .member_id = std::move(told.member_id),
      .member_epoch = told.member_epoch,
      .heartbeat_interval_ms = told.heartbeat_interval_ms,
      .assignment = std::nullopt,
  };
  if (!told.assignment) return response;
  auto& topics = response.assignment.emplace().topic_partitions;
  for (const auto& [id, partitions] : *told.assignment) {
    topics.push_back({.topic_id = id, .partitions = {partitions.begin(), partitions.end()}});
  }
  return response;
}

/// Kafka's check: who subscribes to a topic must be allowed to see it.
bool may_see_topics(const ConsumerGroupHeartbeatCall& call) {
  if (!call.request.subscribed_topic_names) return true;
  return std::ranges::all_of(
      *call.request.subscribed_topic_names, [&call](const std::string& topic) {
        return call.context.allowed_on_topic(broker::Operation::describe, topic);
      });
}

}  // namespace

void handle(const ConsumerGroupHeartbeatCall& call) {
  if (!call.context.allowed_on_group(broker::Operation::read, call.request.group_id)) {
    return call.respond({.error_code = ErrorCode::group_authorization_failed});
  }
  if (!may_see_topics(call)) {
    return call.respond({.error_code = ErrorCode::topic_authorization_failed});
  }
  call.context.groups().consumer_heartbeat(
      translate(call), [respond = call.respond](coordinator::ConsumerHeartbeatResponse told) {
        respond(translate(std::move(told)));
      });
}

}  // namespace millrace::handlers
