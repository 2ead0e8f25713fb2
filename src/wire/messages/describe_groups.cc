#include "wire/messages/describe_groups.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeGroupsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeGroupsResponse);
