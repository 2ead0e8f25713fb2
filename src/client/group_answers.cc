#include "client/group_answers.h"

#include "base/text.h"
#include "client/consumer/consumer_protocol.h"

namespace millrace::client {

Error no_such_group(const std::string& group) {
  return kafka_error(ErrorCode::group_id_not_found, cat("group '", group, "' does not exist"));
}

GroupListing listing_of(const wire::ListGroupsResponse::Group& group) {
  return {.group = group.group_id,
          .protocol_type = group.protocol_type,
          .state = group.group_state,
          .type = group.group_type};
}

GroupDescription description_of(const wire::ConsumerGroupDescribeResponse::Group& group) {
  GroupDescription description{.group = group.group_id,
                               .state = group.group_state,
                               .protocol = group.assignor_name,
                               .members = {}};
  for (const auto& member : group.members) {
    GroupMemberDescription told{.member_id = member.member_id,
                                .instance_id = member.instance_id,
                                .client_id = member.client_id,
                                .host = member.client_host,
                                .assigned = {}};
    for (const auto& topic : member.assignment.topic_partitions) {
      for (const int32_t partition : topic.partitions) {
        told.assigned.push_back({.topic = topic.topic_name, .partition = partition});
      }
    }
    description.members.push_back(std::move(told));
  }
  return description;
}

GroupDescription description_of(const wire::DescribeGroupsResponse::Group& group) {
  GroupDescription description{.group = group.group_id,
                               .state = group.group_state,
                               .protocol = group.protocol_data,
                               .members = {}};
  for (const auto& member : group.members) {
    auto assigned = decode_assignment(member.member_assignment);
    description.members.push_back(
        {.member_id = member.member_id,
         .instance_id = member.group_instance_id,
         .client_id = member.client_id,
         .host = member.client_host,
         .assigned = assigned ? *std::move(assigned) : std::vector<TopicPartition>()});
  }
  return description;
}

bool is_missing(const wire::DescribeGroupsResponse::Group& group) {
  return group.error_code == ErrorCode::group_id_not_found ||
         (group.error_code == ErrorCode::none && group.group_state == "Dead");
}

}  // namespace millrace::client
