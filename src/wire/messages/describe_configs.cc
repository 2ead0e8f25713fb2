#include "wire/messages/describe_configs.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeConfigsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeConfigsResponse);
