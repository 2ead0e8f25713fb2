#include "wire/messages/describe_topic_partitions.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeTopicPartitionsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeTopicPartitionsResponse);
