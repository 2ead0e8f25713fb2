#include "wire/messages/api_versions.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ApiVersionsRequest);
MILL_WIRE_MESSAGE(millrace::wire::ApiVersionsResponse);
