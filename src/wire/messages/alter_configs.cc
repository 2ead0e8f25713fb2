#include "wire/messages/alter_configs.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::AlterConfigsRequest);
MILL_WIRE_MESSAGE(millrace::wire::AlterConfigsResponse);
