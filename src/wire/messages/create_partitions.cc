#include "wire/messages/create_partitions.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::CreatePartitionsRequest);
MILL_WIRE_MESSAGE(millrace::wire::CreatePartitionsResponse);
