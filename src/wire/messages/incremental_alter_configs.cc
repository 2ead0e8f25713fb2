#include "wire/messages/incremental_alter_configs.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::IncrementalAlterConfigsRequest);
MILL_WIRE_MESSAGE(millrace::wire::IncrementalAlterConfigsResponse);
