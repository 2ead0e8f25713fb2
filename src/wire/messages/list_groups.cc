#include "wire/messages/list_groups.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::ListGroupsRequest);
MILL_WIRE_MESSAGE(millrace::wire::ListGroupsResponse);
