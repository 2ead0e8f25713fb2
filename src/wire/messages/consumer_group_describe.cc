#include "wire/messages/consumer_group_describe.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ConsumerGroupDescribeRequest);
MILL_WIRE_MESSAGE(millrace::wire::ConsumerGroupDescribeResponse);
