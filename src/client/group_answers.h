// What answers about groups mean, for all who ask.
#pragma once

#include <string>

#include "millrace/admin.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/list_groups.h"

namespace millrace::client {

Error no_such_group(const std::string& group);

GroupListing listing_of(const wire::ListGroupsResponse::Group& group);
GroupDescription description_of(const wire::ConsumerGroupDescribeResponse::Group& group);
GroupDescription description_of(const wire::DescribeGroupsResponse::Group& group);
/// Before version 6 a group that is not there is answered as a dead one.
bool is_missing(const wire::DescribeGroupsResponse::Group& group);

}  // namespace millrace::client
