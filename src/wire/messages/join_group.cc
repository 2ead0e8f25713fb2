#include "wire/messages/join_group.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::JoinGroupRequest);
MILL_WIRE_MESSAGE(millrace::wire::JoinGroupResponse);
