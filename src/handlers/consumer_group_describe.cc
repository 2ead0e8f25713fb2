// ConsumerGroupDescribe: state and members of groups of the consumer protocol.
#include "wire/messages/consumer_group_describe.h"

#include <algorithm>

#include "coordinator/group_coordinator.h"
#include "handlers/authorized_operations.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

namespace {

using Response = wire::ConsumerGroupDescribeResponse;

constexpr int8_t kClassicMember = 0;
constexpr int8_t kConsumerMember = 1;

Response::Assignment translate(std::vector<coordinator::DescribedTopicPartitions> topics) {
  Response::Assignment assignment;
  for (auto& topic : topics) {
    assignment.topic_partitions.push_back({.topic_id = topic.topic_id,
                                           .topic_name = std::move(topic.topic),
                                           .partitions = std::move(topic.partitions)});
  }
  return assignment;
}

Response::Member translate(coordinator::DescribedConsumerMember member) {
  return {
      .member_id = std::move(member.member_id),
      .instance_id = std::move(member.instance_id),
      .rack_id = std::move(member.rack_id),
      .member_epoch = member.member_epoch,
      .client_id = std::move(member.client_id),
      .client_host = std::move(member.client_host),
      .subscribed_topic_names = std::move(member.subscribed_topics),
      .subscribed_topic_regex = std::move(member.subscribed_regex),
      .assignment = translate(std::move(member.assignment)),
      .target_assignment = translate(std::move(member.target)),
      .member_type = member.uses_classic_protocol ? kClassicMember : kConsumerMember,
  };
}

bool may_see(const ConsumerGroupDescribeCall& call,
             const coordinator::DescribedConsumerGroup& described) {
  const auto all_visible = [&call](const auto& topics) {
    return std::ranges::all_of(topics, [&call](const auto& topic) {
      return call.context.allowed_on_topic(broker::Operation::describe, topic.topic);
    });
  };
  return std::ranges::all_of(described.members, [&](const auto& member) {
    return all_visible(member.assignment) && all_visible(member.target);
  });
}

Response::Group describe(const ConsumerGroupDescribeCall& call, const std::string& group_id) {
  if (!call.context.allowed_on_group(broker::Operation::describe, group_id)) {
    return {.error_code = ErrorCode::group_authorization_failed, .group_id = group_id};
  }
  auto described = call.context.groups().describe_consumer_group(group_id);
  if (!may_see(call, described)) {
    return {.error_code = ErrorCode::topic_authorization_failed,
            .error_message =
                "The group has described topic(s) that the client is not authorized "
                "to describe.",
            .group_id = group_id};
  }
  Response::Group group{
      .error_code = described.error,
      .error_message = std::move(described.error_message),
      .group_id = group_id,
      .group_state = std::move(described.state),
      .group_epoch = described.epoch,
      .assignment_epoch = described.target_epoch,
      .assignor_name = std::move(described.assignor),
      .members = {},
  };
  for (auto& member : described.members) group.members.push_back(translate(std::move(member)));
  if (call.request.include_authorized_operations && described.error == ErrorCode::none) {
    group.authorized_operations =
        authorized_operations(call.context, broker::ResourceType::group, group_id);
  }
  return group;
}

}  // namespace

void handle(const ConsumerGroupDescribeCall& call) {
  Response response;
  for (const auto& group_id : call.request.group_ids) {
    response.groups.push_back(describe(call, group_id));
  }
  call.respond(response);
}

}  // namespace millrace::handlers
