#include "wire/messages/delete_groups.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::DeleteGroupsRequest);
MILL_WIRE_MESSAGE(millrace::wire::DeleteGroupsResponse);
