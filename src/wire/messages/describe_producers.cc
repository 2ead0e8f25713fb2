#include "wire/messages/describe_producers.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeProducersRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeProducersResponse);
