#include "client/admin/groups.h"

#include <set>

#include "base/text.h"
#include "client/group_answers.h"
#include "wire/messages/delete_groups.h"

namespace millrace::client {
namespace {

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
    for (const auto& group : response.groups) groups.push_back(listing_of(group));
  }
  std::ranges::sort(groups, {}, &GroupListing::group);
  co_return groups;
}

Task<Result<GroupDescription>> describe_classic(Gateway& gateway, LinkPtr link, std::string group,
                                                SteadyTime deadline) {
  wire::DescribeGroupsRequest request;
  request.groups.push_back(group);
  auto asking =
      call<wire::DescribeGroupsResponse>(gateway.driver(), link, std::move(request), deadline);
  MILL_CO_TRY(const auto response, co_await asking);
  if (response.groups.empty()) co_return nothing_about(cat("group '", group, "'"));
  const auto& found = response.groups.front();
  if (is_missing(found)) co_return no_such_group(group);
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
    if (response->groups.empty()) co_return nothing_about(cat("group '", group, "'"));
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
  if (response.results.empty()) co_return nothing_about(cat("group '", group, "'"));
  const ErrorCode code = response.results.front().error_code;
  if (code == ErrorCode::group_id_not_found) co_return no_such_group(group);
  co_return check_code(code, cat("deleting group '", group, "'"));
}

}  // namespace millrace::client
