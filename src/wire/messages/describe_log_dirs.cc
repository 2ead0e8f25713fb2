#include "wire/messages/describe_log_dirs.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DescribeLogDirsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DescribeLogDirsResponse);
