#include "wire/messages/describe_cluster.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeClusterRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeClusterResponse);
