#include "client/admin/groups.h"

#include <set>

#include "base/text.h"
#include "client/consumer_protocol.h"
#include "client/topic_partition.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/list_groups.h"

namespace millrace::client {
namespace {

Error no_such_group(const std::string& group) {
  return kafka_error(ErrorCode::group_id_not_found, cat("group '", group, "' does not exist"));
}

Error nothing_about(const std::string& group) {
  return client_error(ClientErrc::malformed, cat("the broker said nothing about '", group, "'"));
}

Task<Result<std::vector<GroupListing>>> list_once(Gateway& gateway, SteadyTime deadline) {
  auto looking = gateway.cluster(deadline);
  MILL_CO_TRY(const ClusterDescription cluster, co_await looking);
  std::vector<GroupListing> groups;
  for (const BrokerDescription& broker : cluster.brokers) {
    auto linking = gateway.node(broker.id, Lane::requests, deadline);
    MILL_CO_TRY(LinkPtr link, co_await linking);
    wire::ListGroupsRequest request;
    auto asking =
        call<wire::ListGroupsResponse>(gateway.driver(), link, std::move(request), deadline);
    MILL_CO_TRY(const auto response, co_await asking);
    MILL_CO_CHECK(check_code(response.error_code, "listing groups"));
    for (const auto& group : response.groups) {
      groups.push_back({.group = group.group_id,
                        .protocol_type = group.protocol_type,
                        .state = group.group_state,
                        .type = group.group_type});
    }
  }
  std::ranges::sort(groups, {}, &GroupListing::group);
  co_return groups;
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

Task<Result<GroupDescription>> describe_classic(Gateway& gateway, LinkPtr link, std::string group,
                                                SteadyTime deadline) {
  wire::DescribeGroupsRequest request;
  request.groups.push_back(group);
  auto asking =
      call<wire::DescribeGroupsResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.groups.empty()) co_return nothing_about(group);
  const auto& found = response.groups.front();
  // Before version 6 a group that is not there is answered as a dead one.
  const bool dead = found.error_code == ErrorCode::none && found.group_state == "Dead";
  if (dead || found.error_code == ErrorCode::group_id_not_found) co_return no_such_group(group);
  MILL_CO_CHECK(
      check_code(found.error_code, cat("group '", group, "'"), found.error_message.value_or("")));
  co_return description_of(found);
}

Task<Result<GroupDescription>> describe_once(Gateway& gateway, std::string group,
                                             SteadyTime deadline) {
  auto finding = gateway.coordinator(CoordinatorKind::group, group, deadline);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  wire::ConsumerGroupDescribeRequest request;
  request.group_ids.push_back(group);
  auto asking = call<wire::ConsumerGroupDescribeResponse>(gateway.driver(), link,
                                                          std::move(request), deadline);
  auto response = co_await asking;
  // Older brokers know no groups but the classic ones.
  const bool unsupported = !response && response.error().is(ClientErrc::unsupported);
  if (!response && !unsupported) co_return std::move(response).error();
  if (response) {
    if (response->groups.empty()) co_return nothing_about(group);
    const auto& found = response->groups.front();
    if (found.error_code != ErrorCode::group_id_not_found) {
      MILL_CO_CHECK(check_code(found.error_code, cat("group '", group, "'"),
                               found.error_message.value_or("")));
      co_return description_of(found);
    }
  }
  auto describing = describe_classic(gateway, std::move(link), std::move(group), deadline);
  auto described = co_await describing;
  co_return described;
}

}  // namespace

Task<Result<std::vector<GroupListing>>> list_groups(Gateway& gateway, SteadyTime deadline) {
  const auto attempt = [&gateway](SteadyTime by) { return list_once(gateway, by); };
  auto listing = gateway.retrying<std::vector<GroupListing>>(deadline, attempt);
  auto groups = co_await listing;
  co_return groups;
}

Task<Result<GroupDescription>> describe_group(Gateway& gateway, std::string group,
                                              SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) { return describe_once(gateway, group, by); };
  auto describing = gateway.retrying<GroupDescription>(deadline, attempt);
  auto described = co_await describing;
  co_return described;
}

Task<Result<void>> delete_group(Gateway& gateway, std::string group, SteadyTime deadline) {
  const auto attempt = [&](SteadyTime by) {
    return gateway.coordinator(CoordinatorKind::group, group, by);
  };
  auto finding = gateway.retrying<LinkPtr>(deadline, attempt);
  MILL_CO_TRY(LinkPtr link, co_await finding);
  wire::DeleteGroupsRequest request;
  request.groups_names.push_back(group);
  auto asking = call<wire::DeleteGroupsResponse>(gateway.driver(), link, std::move(request),
                                                 gateway.request_deadline(deadline));
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.results.empty()) co_return nothing_about(group);
  const ErrorCode code = response.results.front().error_code;
  if (code == ErrorCode::group_id_not_found) co_return no_such_group(group);
  co_return check_code(code, cat("deleting group '", group, "'"));
}

}  // namespace millrace::client
