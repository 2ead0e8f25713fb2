#include "wire/messages/sync_group.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::SyncGroupRequest);
MILL_WIRE_MESSAGE(millrace::wire::SyncGroupResponse);
