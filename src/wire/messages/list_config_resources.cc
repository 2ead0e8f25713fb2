#include "wire/messages/list_config_resources.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ListConfigResourcesRequest);
MILL_WIRE_MESSAGE(millrace::wire::ListConfigResourcesResponse);
