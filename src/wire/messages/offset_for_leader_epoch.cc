#include "wire/messages/offset_for_leader_epoch.h"

#include "wire/codec_definitions.h"

MILL_WIRE_MESSAGE(millrace::wire::OffsetForLeaderEpochRequest);
MILL_WIRE_MESSAGE(millrace::wire::OffsetForLeaderEpochResponse);
