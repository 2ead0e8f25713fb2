#include "wire/messages/leave_group.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::LeaveGroupRequest);
MILL_WIRE_MESSAGE(millrace::wire::LeaveGroupResponse);
